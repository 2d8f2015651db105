const PLACE = "\uFFFC";

interface WithNameProps {
  /** The words around the name. */
  words: (name: string) => string;
  name: string;
}

/** Words around a name; in whichever direction that is written, the words stay where they are. */
export function WithName({ words, name }: WithNameProps) {
  const [before, after] = words(PLACE).split(PLACE);
  return (
    <>
      {before}
      <bdi>{name}</bdi>
      {after}
    </>
  );
}
