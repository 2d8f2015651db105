import { Button, Field, Input } from "@fluentui/react-components";
import { type SyntheticEvent, useId, useState } from "react";
import { meetingOf } from "../core/route";
import type { ParticipantState } from "../generated/protocol";
import { useSession } from "../hooks/session";
import { strings } from "../strings";
import { Question } from "./Question";
import { WithName } from "./WithName";

const words = strings.hosting.moveTo;

/** Asks into which meeting somebody is to be moved. */
export function MoveDialog({ person, onClose }: { person: ParticipantState; onClose: () => void }) {
  const { hosting } = useSession().meeting;
  const form = useId();
  const [codeOrLink, setCodeOrLink] = useState("");
  const [isInvalid, setInvalid] = useState(false);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const meeting = meetingOf(codeOrLink, window.location);
    setInvalid(meeting === null);
    if (meeting === null) return;
    onClose();
    void hosting.move(person.participant, meeting);
  };
  const answers = (
    <>
      <Button onClick={onClose}>{strings.hosting.cancel}</Button>
      <Button appearance="primary" type="submit" form={form} data-testid="confirm">
        {words.confirm}
      </Button>
    </>
  );
  return (
    <Question open title={<WithName words={words.title} name={person.name} />} answers={answers} onClose={onClose}>
      <form id={form} onSubmit={submit}>
        <Field label={words.label} hint={words.hint} {...(isInvalid && { validationMessage: words.invalid })}>
          <Input
            value={codeOrLink}
            autoFocus
            data-testid="move-meeting"
            onChange={(_, { value }) => {
              setCodeOrLink(value);
            }}
          />
        </Field>
      </form>
    </Question>
  );
}
