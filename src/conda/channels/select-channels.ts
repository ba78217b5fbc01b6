import type { Log } from "../../step/log.ts";
import { resolveChannel, type Channel, type ChannelContext } from "./channel.ts";

/** The channels of a solve, and which package is to come from which. */
export interface SelectedChannels {
  readonly channels: readonly Channel[];
  /** Package name → channels that may provide it, by `recorded`. */
  readonly pinned: ReadonlyMap<string, readonly string[]>;
}

/**
 * Selects the channels: those of CONDA_CHANNELS, else of the environment file, else of conda's configuration, else
 * conda-forge. A channel that only a dependency names (`channel::package`) comes last.
 */
export function selectChannels(
  asked: {
    readonly override: readonly string[];
    readonly ofFile: readonly string[];
    readonly qualified: readonly { readonly name: string; readonly channel: string }[];
  },
  context: ChannelContext,
  log: Log,
): SelectedChannels {
  const { override, ofFile, qualified } = asked;
  const names = [override, ofFile, context.configuration.channels].find((list) => list.length > 0);
  if (names === undefined) log.info("No channels are given: conda-forge is used");
  const listed = (names ?? ["conda-forge"]).flatMap((name) => resolveChannel(name, context));
  const pins = qualified.map(({ name, channel }) => {
    return { name, channels: resolveChannel(channel, context) };
  });
  const all = [...listed, ...pins.flatMap(({ channels }) => channels)];
  return {
    channels: [...new Map(all.map((channel) => [channel.recorded, channel])).values()],
    pinned: new Map(
      pins.map(({ name, channels }) => [name, channels.map(({ recorded }) => recorded)]),
    ),
  };
}
