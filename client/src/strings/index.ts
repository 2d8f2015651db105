import { en, type Strings } from "./en";

/** The words of the language in use; a further language is one more object of the type Strings and a choice here. */
export const strings: Strings = en;
