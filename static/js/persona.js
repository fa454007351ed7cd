// @ts-check
// The pages of personas: the studio and the comparison.

import { stopComparisons } from "./studio/comparison.js";
import { countText } from "./studio/counter.js";
import { playOneSound } from "./studio/single_sound.js";
import { followSliders } from "./studio/sliders.js";

followSliders(document);
countText(document);
playOneSound(document);
stopComparisons(document);
