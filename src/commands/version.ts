// The package's version, which the build puts in.

declare const __HINDCAST_VERSION__: string | undefined;

/** "unbuilt" when the sources run without having been built. */
export const version: string = typeof __HINDCAST_VERSION__ === "string" ? __HINDCAST_VERSION__ : "unbuilt";
