import { Card, makeStyles } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { CameraPreview } from "./CameraPreview";
import { DeviceProblems } from "./DeviceProblems";
import { Page } from "./Page";

const useStyles = makeStyles({
  content: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 3fr) minmax(280px, 2fr)",
    gap: "28px",
    alignItems: "center",
    inlineSize: "min(1080px, 100%)",
    "@media (max-width: 820px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  preview: { display: "flex", flexDirection: "column", gap: "12px" },
  card: { padding: "24px" },
});

interface PreviewPageProps {
  /** What stands in the card. */
  children: ReactNode;
}

/** A page before the meeting: what the others will see, and a card beside it. */
export function PreviewPage({ children }: PreviewPageProps) {
  const styles = useStyles();
  return (
    <Page>
      <div className={styles.content}>
        <div className={styles.preview}>
          <CameraPreview />
          <DeviceProblems />
        </div>
        <Card className={styles.card}>{children}</Card>
      </div>
    </Page>
  );
}
