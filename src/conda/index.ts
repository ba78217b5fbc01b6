/** The public surface of the domain: channels, environments, projects in them. */
export { condaError } from "./errors.ts";
export {
  makeExampleChannel,
  type ExampleChannel,
  type ExampleChannelOptions,
} from "./example-channel/make-channel.ts";
