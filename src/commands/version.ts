// The package's version, which the build puts in, and what tells one build from another.

declare const __HINDCAST_VERSION__: string | undefined;
declare const __HINDCAST_BUILD__: string | undefined;

/** "unbuilt" when the sources run without having been built. */
export const version: string = typeof __HINDCAST_VERSION__ === "string" ? __HINDCAST_VERSION__ : "unbuilt";

/** Of the bytes of all that was built. */
export const build: string = typeof __HINDCAST_BUILD__ === "string" ? __HINDCAST_BUILD__ : "unbuilt";
