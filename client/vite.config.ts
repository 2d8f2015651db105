import react from "@vitejs/plugin-react";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds the API: the platform that `make run` started, on the port that was chosen for it. */
const { PORT = "8080" } = loadEnv("development", ".", "PORT");
const LIBRARIES = /node_modules\/(?!oidc-client-ts|jwt-decode)/;
const api = `http://localhost:${PORT}`;

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2023",
    chunkSizeWarningLimit: 900,
    // Libraries change less often than the client, and stay in the browser's cache when it does. What only who signs
    // in needs is not among them.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "libraries", test: LIBRARIES }] } } },
  },
  server: {
    proxy: { "/sessions": api, "/meetings": api, "/openMeetings": api, "/invitations": api, "/clientSettings": api },
  },
  test: {
    environment: "node",
    include: ["tests/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    // Pages render slowly in jsdom where many share a machine.
    testTimeout: 30_000,
  },
});
