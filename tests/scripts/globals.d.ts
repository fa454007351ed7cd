// What browsers and OBS provide, for the type check of the scripts. Nothing here is loaded by a page.

interface ObsStudio {
  pluginVersion?: string;
}

interface Window {
  obsstudio?: ObsStudio;
}

interface WindowEventMap {
  obsSourceVisibleChanged: CustomEvent<{ visible: boolean }>;
  obsSourceActiveChanged: CustomEvent<{ active: boolean }>;
}

// The audio thread's scope.
declare const sampleRate: number;
declare const currentFrame: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

declare const htmx: {
  process(element: Element): void;
  trigger(element: Element, event: string, detail?: object): void;
  ajax(verb: string, path: string, context: object): Promise<void>;
  config: Record<string, unknown>;
};
