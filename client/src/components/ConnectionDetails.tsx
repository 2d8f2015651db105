import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { layerOf, receivedOf } from "../core/received";
import { publicationsOf, qualityOf, type Roster } from "../core/roster";
import type { EncodingStats, FlowStats, SlotStats, Stats } from "../generated/protocol";
import { useSession } from "../hooks/session";
import { useConnectionStats } from "../hooks/useConnectionStats";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { QualityIcon } from "./QualityIcon";

const words = strings.connection;

const useStyles = makeStyles({
  details: { padding: "0 20px 20px", overflowY: "auto" },
  quality: { display: "flex", alignItems: "center", gap: "8px", fontSize: "20px", paddingBlockEnd: "8px" },
  list: { margin: 0, display: "grid", gridTemplateColumns: "auto 1fr", columnGap: "16px", rowGap: "6px" },
  term: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0, textAlign: "end", fontVariantNumeric: "tabular-nums" },
  heading: { margin: "20px 0 8px" },
  streams: { listStyleType: "none", margin: 0, padding: 0, display: "grid", gap: "10px" },
  stream: { display: "grid", gap: "2px" },
  numbers: { color: tokens.colorNeutralForeground2, fontVariantNumeric: "tabular-nums" },
});

/** How one's own connection is, in numbers that follow what the node measures. */
export function ConnectionDetails() {
  const styles = useStyles();
  const { meeting } = useSession();
  const roster = useStore(meeting.roster);
  const self = roster.participants.get(useStore(meeting.self)?.id ?? "");
  const stats = useConnectionStats();
  const quality = self === undefined ? "good" : qualityOf(roster, self);
  return (
    <div className={styles.details} data-testid="connection-details">
      <div className={styles.quality}>
        <QualityIcon quality={quality} />
        <Text weight="semibold" aria-hidden>
          {words.quality[quality]}
        </Text>
      </div>
      {stats === null ? <Text>{words.waiting}</Text> : <Numbers stats={stats} roster={roster} />}
    </div>
  );
}

function Numbers({ stats, roster }: { stats: Stats; roster: Roster }) {
  const styles = useStyles();
  const sources = publicationsOf(roster);
  return (
    <>
      <dl className={styles.list}>
        <Row term={words.roundTrip} testId="round-trip">
          {stats.roundTripMs === undefined ? words.unknown : words.milliseconds(stats.roundTripMs)}
        </Row>
        <Row term={words.transport} testId="transport">
          {stats.transport === undefined ? words.unknown : words.transports[stats.transport]}
        </Row>
        <Row term={words.sending} testId="sending">
          {flowText(stats.up)}
        </Row>
        <Row term={words.receiving} testId="receiving">
          {flowText(stats.down)}
        </Row>
        <Row term={words.estimate} testId="estimate">
          {stats.estimate === undefined ? words.unknown : words.bitrate(stats.estimate)}
        </Row>
      </dl>
      <Streams title={words.sent} empty={stats.publications.length === 0}>
        {stats.publications.map((encoding) => {
          const source = sources.get(encoding.publication)?.source;
          return (
            <Stream
              key={`${encoding.publication} ${encoding.rid}`}
              testId="connection-sent"
              title={source === undefined ? words.unknown : words.source[source]}
              numbers={encodingNumbers(encoding)}
            />
          );
        })}
      </Streams>
      <Streams title={words.received} empty={stats.slots.length === 0}>
        {receivedOf(roster, stats.slots).map(({ slot, name, source }) => (
          <Stream
            key={slot.mid}
            testId="connection-received"
            title={words.of(words.source[source], name)}
            numbers={slotNumbers(slot)}
          />
        ))}
      </Streams>
    </>
  );
}

function Row({ term, testId, children }: { term: string; testId: string; children: string }) {
  const styles = useStyles();
  return (
    <>
      <dt className={styles.term}>{term}</dt>
      <dd className={styles.value} data-testid={`connection-${testId}`}>
        {children}
      </dd>
    </>
  );
}

function Streams({ title, empty, children }: { title: string; empty: boolean; children: ReactNode }) {
  const styles = useStyles();
  return (
    <section>
      <Text as="h3" block className={styles.heading} weight="semibold">
        {title}
      </Text>
      {empty ? <Text>{words.nothing}</Text> : <ul className={styles.streams}>{children}</ul>}
    </section>
  );
}

function Stream({ testId, title, numbers }: { testId: string; title: string; numbers: readonly string[] }) {
  const styles = useStyles();
  return (
    <li className={styles.stream} data-testid={testId}>
      <Text truncate wrap={false}>
        <bdi>{title}</bdi>
      </Text>
      <Text size={200} className={styles.numbers}>
        {numbers.join(" · ")}
      </Text>
    </li>
  );
}

function flowText({ bitsPerSecond, lossRatio }: FlowStats): string {
  return `${words.bitrate(bitsPerSecond)} · ${words.loss(lossRatio)}`;
}

function encodingNumbers({ height, bitsPerSecond, lossRatio }: EncodingStats): string[] {
  if (bitsPerSecond === 0) return [...heightText(height), words.paused];
  return [...heightText(height), words.bitrate(bitsPerSecond), words.loss(lossRatio)];
}

function slotNumbers(slot: SlotStats): string[] {
  const { height, bitsPerSecond, lossRatio, freezes } = slot;
  const layer = height === undefined ? "" : layerOf(slot);
  return [
    ...heightText(height),
    ...(layer === "" ? [] : [words.layer(layer)]),
    words.bitrate(bitsPerSecond),
    ...(lossRatio === undefined ? [] : [words.loss(lossRatio)]),
    ...(freezes === 0 ? [] : [words.freezes(freezes)]),
  ];
}

function heightText(height: number | undefined): string[] {
  return height === undefined ? [] : [words.height(height)];
}
