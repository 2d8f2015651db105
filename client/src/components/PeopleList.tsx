import { Avatar, makeStyles, Text, tokens } from "@fluentui/react-components";
import { MicOffRegular, MicRegular, ShareScreenStartRegular, VideoOffRegular, VideoRegular } from "@fluentui/react-icons";
import type { ConnectionQuality, ParticipantState } from "../generated/protocol";
import { mayDecideOn } from "../core/hosting";
import { isLive, qualityOf } from "../core/roster";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { PersonMenu } from "./PersonMenu";
import { QualityIcon } from "./QualityIcon";
import { WithName } from "./WithName";

const words = strings.panels;

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: 0, padding: "0 12px 20px 20px" },
  person: { display: "flex", alignItems: "center", gap: "12px", paddingBlock: "8px", fontSize: "18px" },
  who: { flexGrow: 1, minInlineSize: 0, display: "flex", flexDirection: "column" },
  // In full, however long: the word that it is oneself stands after it.
  name: { overflowWrap: "anywhere" },
  /** Where others have a menu. */
  noMenu: { inlineSize: "32px", flexShrink: 0 },
  role: { color: tokens.colorNeutralForeground3 },
  icon: { flexShrink: 0 },
});

/** Everyone in the meeting, with what of them is on. */
export function PeopleList() {
  const styles = useStyles();
  const { meeting } = useSession();
  const roster = useStore(meeting.roster);
  const { participants } = roster;
  const self = useStore(meeting.self);
  return (
    <ul className={styles.list} data-testid="people-list" data-count={participants.size}>
      {[...participants.values()].map((person) => (
        <Person
          key={person.participant}
          person={person}
          quality={qualityOf(roster, person)}
          local={person.participant === self?.id}
          moderating={self?.grants.moderate === true}
          decidable={self !== null && mayDecideOn(self, person)}
        />
      ))}
    </ul>
  );
}

interface PersonProps {
  person: ParticipantState;
  quality: ConnectionQuality;
  local: boolean;
  /** Whether one moderates, and may decide on this person. */
  moderating: boolean;
  decidable: boolean;
}

function Person({ person, quality, local, moderating, decidable }: PersonProps) {
  const styles = useStyles();
  const microphone = isLive(person, "microphone");
  const camera = isLive(person, "camera");
  const MicrophoneIcon = microphone ? MicRegular : MicOffRegular;
  const CameraIcon = camera ? VideoRegular : VideoOffRegular;
  return (
    <li
      className={styles.person}
      data-testid="person"
      data-participant={person.participant}
      data-muted={!microphone}
      data-camera={camera ? "on" : "off"}
      data-quality={quality}
      data-role={person.role}
    >
      <Avatar className={styles.icon} name={person.name} color="colorful" idForColor={person.participant} />
      <div className={styles.who}>
        <Text className={styles.name}>
          <WithName words={local ? strings.call.you : (name) => name} name={person.name} />
        </Text>
        {person.role !== "attendee" && (
          <Text size={200} className={styles.role}>
            {strings.hosting.roles[person.role]}
          </Text>
        )}
      </div>
      {isLive(person, "screen") && <ShareScreenStartRegular className={styles.icon} aria-label={words.sharing} />}
      <MicrophoneIcon className={styles.icon} aria-label={microphone ? words.unmuted : words.muted} />
      <CameraIcon className={styles.icon} aria-label={camera ? words.cameraOn : words.cameraOff} />
      <QualityIcon quality={quality} />
      {moderating && (decidable ? <PersonMenu person={person} /> : <div className={styles.noMenu} />)}
    </li>
  );
}
