// @ts-check
// The pages of voices.

import { playOneSound } from "./studio/single_sound.js";
import { followSliders } from "./studio/sliders.js";

followSliders(document);
playOneSound(document);
