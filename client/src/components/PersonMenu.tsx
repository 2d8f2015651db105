import {
  Checkbox,
  makeStyles,
  Menu,
  MenuButton,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
} from "@fluentui/react-components";
import { ArrowExitRegular, MicOffRegular, MoreHorizontalRegular, PersonDeleteRegular, ShareScreenStopRegular, VideoOffRegular } from "@fluentui/react-icons";
import { type ReactElement, useState } from "react";
import { type Hosting, rolesToGive } from "../core/hosting";
import { isLive } from "../core/roster";
import type { ParticipantState, Role } from "../generated/protocol";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";
import { ConfirmDialog } from "./ConfirmDialog";
import { MoveDialog } from "./MoveDialog";
import { WithName } from "./WithName";

const words = strings.hosting;

const useStyles = makeStyles({
  button: { flexShrink: 0 },
  body: { display: "flex", flexDirection: "column", gap: "8px" },
});

type Muted = "microphone" | "camera" | "screen";

const MUTES: Record<Muted, { label: string; icon: ReactElement }> = {
  microphone: { label: words.mute, icon: <MicOffRegular /> },
  camera: { label: words.stopCamera, icon: <VideoOffRegular /> },
  screen: { label: words.stopScreen, icon: <ShareScreenStopRegular /> },
};
const SOURCES: readonly Muted[] = ["microphone", "camera", "screen"];

/** What somebody who moderates may do to another. */
export function PersonMenu({ person }: { person: ParticipantState }) {
  const styles = useStyles();
  const { hosting } = useSession().meeting;
  const [removing, setRemoving] = useState(false);
  const [moving, setMoving] = useState(false);
  const live = SOURCES.filter((source) => isLive(person, source));
  return (
    <>
      <Menu
        checkedValues={{ role: [person.role] }}
        onCheckedValueChange={(_, { checkedItems: [role] }) => {
          if (role !== undefined && role !== person.role) void hosting.setRole(person, role as Role);
        }}
      >
        <MenuTrigger disableButtonEnhancement>
          <MenuButton
            className={styles.button}
            appearance="subtle"
            icon={<MoreHorizontalRegular />}
            menuIcon={null}
            aria-label={words.more(person.name)}
            data-testid="person-menu"
          />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {live.map((source) => (
              <MenuItem
                key={source}
                icon={MUTES[source].icon}
                data-testid={`mute-${source}`}
                onClick={() => void hosting.mute(person.participant, source)}
              >
                {MUTES[source].label}
              </MenuItem>
            ))}
            {live.length > 0 && <MenuDivider />}
            <Roles />
            <MenuDivider />
            <MenuItem
              icon={<ArrowExitRegular />}
              data-testid="move"
              onClick={() => {
                setMoving(true);
              }}
            >
              {words.move}
            </MenuItem>
            <MenuItem
              icon={<PersonDeleteRegular />}
              data-testid="remove"
              onClick={() => {
                setRemoving(true);
              }}
            >
              {words.remove}
            </MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      {moving && (
        <MoveDialog
          person={person}
          onClose={() => {
            setMoving(false);
          }}
        />
      )}
      <RemoveDialog
        open={removing}
        person={person}
        hosting={hosting}
        onClose={() => {
          setRemoving(false);
        }}
      />
    </>
  );
}

function Roles() {
  const self = useStore(useSession().meeting.self);
  return (
    <MenuGroup>
      <MenuGroupHeader>{words.role}</MenuGroupHeader>
      {self !== null &&
        rolesToGive(self).map((role) => (
          <MenuItemRadio key={role} name="role" value={role} data-testid={`role-${role}`}>
            {words.roles[role]}
          </MenuItemRadio>
        ))}
    </MenuGroup>
  );
}

interface RemoveDialogProps {
  open: boolean;
  person: ParticipantState;
  hosting: Hosting;
  onClose: () => void;
}

function RemoveDialog({ open, person, hosting, onClose }: RemoveDialogProps) {
  const styles = useStyles();
  const [ban, setBan] = useState(false);
  const close = () => {
    setBan(false);
    onClose();
  };
  return (
    <ConfirmDialog
      open={open}
      title={<WithName words={words.confirmRemove.title} name={person.name} />}
      confirm={words.confirmRemove.confirm}
      onConfirm={() => void hosting.remove(person.participant, ban)}
      onClose={close}
    >
      <div className={styles.body}>
        <Text>{words.confirmRemove.body}</Text>
        <Checkbox
          label={words.confirmRemove.ban}
          checked={ban}
          data-testid="remove-ban"
          onChange={(_, { checked }) => {
            setBan(checked === true);
          }}
        />
      </div>
    </ConfirmDialog>
  );
}
