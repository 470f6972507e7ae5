/** The words of the prompt in another language, by message. */
declare const words: Readonly<Record<string, string>>;
export default words;
