import { Button, makeStyles, Text, Textarea, tokens } from "@fluentui/react-components";
import { SendRegular } from "@fluentui/react-icons";
import Linkify from "linkify-react";
import { useEffect, useRef, useState, type KeyboardEvent, type SyntheticEvent } from "react";
import { type ChatLine, keyOf, MAX_CHAT_CHARACTERS } from "../core/chat";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";

const words = strings.panels;

/** Web addresses become links, which open beside the meeting and are not told where they were clicked. */
const LINKS = {
  defaultProtocol: "https",
  target: "_blank",
  rel: "noopener noreferrer",
  validate: (address: string, type: string) => type === "url" && /^(https?:\/\/|www\.)/i.test(address),
};

const useStyles = makeStyles({
  messages: { flexGrow: 1, minBlockSize: 0, overflowY: "auto", padding: "0 20px", display: "flex", flexDirection: "column", gap: "14px" },
  empty: { color: tokens.colorNeutralForeground3 },
  message: { display: "flex", flexDirection: "column", gap: "2px" },
  heading: { display: "flex", gap: "8px", alignItems: "baseline" },
  name: { overflowWrap: "anywhere" },
  time: { flexShrink: 0, color: tokens.colorNeutralForeground3 },
  text: { whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  unavailable: { display: "block", padding: "8px 20px 0", color: tokens.colorNeutralForeground3 },
  failed: { color: tokens.colorPaletteRedForeground1 },
  form: { display: "flex", gap: "8px", alignItems: "flex-end", padding: "12px 16px" },
  input: { flexGrow: 1 },
});

/** The meeting's chat: what was written before one came, and what is written now. */
export function ChatPanel() {
  const styles = useStyles();
  const { chat } = useSession().meeting;
  const { lines, connected } = useStore(chat.state);
  const end = useRef<HTMLDivElement>(null);

  useEffect(() => {
    chat.setOpen(true);
    return () => {
      chat.setOpen(false);
    };
  }, [chat]);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [lines]);

  return (
    <>
      <div className={styles.messages} role="log" aria-label={words.chat} data-testid="chat-messages">
        {lines.length === 0 && <Text className={styles.empty}>{words.noMessages}</Text>}
        {lines.map((line) => (
          <Message key={keyOf(line)} line={line} />
        ))}
        <div ref={end} />
      </div>
      <div role="status">
        {!connected && (
          <Text className={styles.unavailable} size={200} data-testid="chat-unavailable">
            {words.unavailable}
          </Text>
        )}
      </div>
      <ChatForm />
    </>
  );
}

function Message({ line }: { line: ChatLine }) {
  const styles = useStyles();
  const { meeting } = useSession();
  const self = useStore(meeting.self)?.id;
  const retry = () => {
    meeting.chat.retry(line.clientId);
  };
  return (
    <div className={styles.message} data-testid="chat-message" data-status={line.status} data-participant={line.participant}>
      <div className={styles.heading}>
        <Text weight="semibold" className={styles.name}>
          {line.participant === self ? words.you : <bdi>{line.name}</bdi>}
        </Text>
        <Text size={200} className={styles.time}>
          {line.status === "sending" ? words.sending : line.sentOn !== null && timeOfDay(line.sentOn)}
        </Text>
      </div>
      <Text className={styles.text} dir="auto">
        <Linkify options={LINKS}>{line.text}</Linkify>
      </Text>
      {line.status === "failed" && (
        <Text size={200} className={styles.failed}>
          {words.notSent}{" "}
          <Button size="small" onClick={retry}>
            {words.retry}
          </Button>
        </Text>
      )}
    </div>
  );
}

function ChatForm() {
  const styles = useStyles();
  const { chat } = useSession().meeting;
  const [text, setText] = useState("");
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    chat.send(text);
    setText("");
  };
  const sendOnEnter = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
  };
  return (
    <form className={styles.form} onSubmit={send}>
      <Textarea
        className={styles.input}
        value={text}
        placeholder={words.message}
        aria-label={words.message}
        maxLength={MAX_CHAT_CHARACTERS}
        rows={2}
        autoFocus
        textarea={{ "data-testid": "chat-input" } as object}
        onChange={(_, { value }) => {
          setText(value);
        }}
        onKeyDown={sendOnEnter}
      />
      <Button type="submit" appearance="primary" icon={<SendRegular />} aria-label={words.send} data-testid="chat-send" />
    </form>
  );
}

function timeOfDay(ms: number): string {
  return new Intl.DateTimeFormat(undefined, { timeStyle: "short" }).format(ms);
}
