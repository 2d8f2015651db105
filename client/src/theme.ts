import { createDarkTheme, type BrandVariants, type Theme } from "@fluentui/react-components";

const brand: BrandVariants = {
  10: "#020409",
  20: "#0d1830",
  30: "#102650",
  40: "#14326d",
  50: "#1b3f8a",
  60: "#264da6",
  70: "#335cc0",
  80: "#426cd8",
  90: "#4f7dec",
  100: "#638ef5",
  110: "#789ffa",
  120: "#8eaffd",
  130: "#a4bfff",
  140: "#bacfff",
  150: "#d0dfff",
  160: "#e6eeff",
};

/** Fluent's dark theme in Parley's blue, on a stage a little cooler than grey. */
export const theme: Theme = {
  ...createDarkTheme(brand),
  colorNeutralBackground1: "#1b1f27",
  colorNeutralBackground1Hover: "#262c38",
  colorNeutralBackground1Pressed: "#202632",
  colorNeutralBackground1Selected: "#2b3a63",
  colorNeutralStroke1: "#3a4252",
  colorNeutralStroke1Selected: "#4b63a8",
  colorNeutralStroke3: "#2a303c",
  colorNeutralBackground2: "#161a21",
  colorNeutralBackground3: "#101318",
  colorNeutralBackground4: "#0b0d11",
  colorBrandForeground1: brand[110],
  colorBrandForeground2: brand[120],
  borderRadiusLarge: "10px",
  borderRadiusXLarge: "14px",
};

/** The ring around whoever is heard. */
export const SPEAKING_COLOUR = "#5fd38d";

/** A phone held upright, and one that lies on its side. */
export const NARROW = "@media (max-width: 480px)";
export const LOW = "@media (max-height: 480px)";
