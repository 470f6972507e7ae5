/** The messages of the prompt in another language, by key. */
declare const words: Readonly<Record<string, string>>;
export default words;
/** The messages of `<policy-choices>`, if they have been translated. */
export const choices: Readonly<Record<string, string>> | undefined;
