/** The messages of the prompt in another language, by key. */
declare const words: Readonly<Record<string, string>>;
export default words;
