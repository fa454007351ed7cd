// @ts-check
// What every page does. Each page works without it.

import { offerCopying } from "./copying.js";
import { reportFailures } from "./failures.js";
import { closeMenus } from "./menus.js";
import { offerShowing } from "./passwords.js";
import { Toasts } from "./toasts.js";

offerCopying(document);
offerShowing(document);
closeMenus(document);
reportFailures(document);

const shelf = document.getElementById("toasts");
if (shelf) new Toasts(shelf).watch();
