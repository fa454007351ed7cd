// @ts-check
// What every page does. Each page works without it.

import { offerCopying } from "./copying.js";
import { reportFailures } from "./failures.js";
import { keepFocus } from "./focus.js";
import { closeMenus } from "./menus.js";
import { offerShowing } from "./passwords.js";
import { showProgress } from "./progress.js";
import { showCurrentTab } from "./tabs.js";
import { Toasts } from "./toasts.js";

offerCopying(document);
offerShowing(document);
closeMenus(document);
reportFailures(document);
keepFocus(document);
showProgress(document);
showCurrentTab(document);

const shelf = document.getElementById("toasts");
if (shelf) new Toasts(shelf).watch();
