import { makeStyles, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { strings } from "../strings";

const useStyles = makeStyles({
  page: {
    minBlockSize: "100%",
    blockSize: "100%",
    overflowY: "auto",
    display: "flex",
    flexDirection: "column",
    backgroundColor: tokens.colorNeutralBackground3,
    backgroundImage: "radial-gradient(max(900px, 75vw) 90vh at 50% -20%, #1d2c52 0%, transparent 100%)",
  },
  header: {
    display: "flex",
    alignItems: "center",
    gap: "10px",
    padding: "18px 24px",
    fontSize: tokens.fontSizeBase500,
    fontWeight: tokens.fontWeightSemibold,
  },
  main: {
    flexGrow: 1,
    display: "grid",
    placeItems: "center",
    padding: "8px 24px 48px",
  },
});

/** The frame of every page but the call: the name of the product, and the content in the middle. */
export function Page({ children }: { children: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <img src="/parley.svg" alt="" width={28} height={28} />
        {strings.product}
      </header>
      <main className={styles.main}>{children}</main>
    </div>
  );
}
