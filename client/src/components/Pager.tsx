import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { ChevronLeftRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { useSession } from "../hooks/session";
import { useStore } from "../hooks/useStore";
import { strings } from "../strings";

const useStyles = makeStyles({
  pager: {
    position: "absolute",
    insetBlockEnd: "4px",
    insetInlineEnd: "4px",
    display: "flex",
    alignItems: "center",
    gap: "8px",
    padding: "4px",
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow8,
  },
});

/** Leads through the pages of a meeting with more people than fit on the stage. */
export function Pager() {
  const styles = useStyles();
  const { stage } = useSession();
  const { page, pages } = useStore(stage.plan);
  if (pages === 1) return null;
  const turn = (by: number) => () => {
    stage.setPage(page + by);
  };
  return (
    <nav className={styles.pager} aria-label={strings.call.stage} data-testid="pager">
      <Button
        appearance="subtle"
        icon={<ChevronLeftRegular />}
        aria-label={strings.call.previousPage}
        disabled={page === 0}
        onClick={turn(-1)}
      />
      <Text>{strings.call.page(page + 1, pages)}</Text>
      <Button
        appearance="subtle"
        icon={<ChevronRightRegular />}
        aria-label={strings.call.nextPage}
        disabled={page === pages - 1}
        onClick={turn(1)}
      />
    </nav>
  );
}
