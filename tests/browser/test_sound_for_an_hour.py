"""An hour of voice on a clock of its own: the player's own modules, in a browser, in seconds."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tenants.models import User
from tests.overlay.conftest import make_overlay
from tests.overlay.viewing import Viewer

HOUR_S = 3_600
# Rates, with chunks as long as the server's longest, and of a length that the rate does not divide.
CHUNKS = ((22_050, 4_411), (24_000, 4_800), (48_000, 9_601))

LAY_AN_HOUR = """
async ([rate, outputRate, length, seconds]) => {
  const { Utterance } = await import(location.origin + "/static/overlay/utterance.js");
  const marks = [];
  const laid = { frames: 0, first: null, end: null, seams: 0 };
  const output = {
    rate: outputRate,
    now: 0,
    context: { state: "running" },
    lay(_id, frame, samples) {
      laid.first ??= frame;
      if (laid.end !== null && frame !== laid.end) laid.seams += 1;
      laid.end = frame + samples.length;
      laid.frames += samples.length;
    },
    at(time, callback) {
      marks.push([time, callback]);
      return () => {};
    },
    cut() {},
    drop() {},
  };
  const shown = [];
  let time = 0;
  const on = { started() {}, caption: () => shown.push(time), ended() {} };
  const utterance = new Utterance("u", { text: "" }, on);
  const jitter = { lead: 0.3, meet() {}, settle() {} };
  const count = Math.floor((seconds * rate) / length);
  for (let sequence = 0; sequence < count; sequence++) {
    const at = Math.round((1e6 * sequence * length) / rate) / 1e6;
    const samples = new Float32Array(length);
    samples[0] = 0.5;
    output.now = Math.max(0, at - 2); // sent two seconds ahead, as in a live
    if (sequence === count - 1) utterance.caption("last", Math.round(1000 * at));
    const sentMs = Math.round(performance.timeOrigin + performance.now()) % 2 ** 32;
    utterance.add({ sequence, rate, at, sentMs, samples }, output, 0, jitter);
  }
  utterance.finish();
  for (const [mark, callback] of marks) {
    time = mark;
    callback();
  }
  const start = laid.first / outputRate;
  return {
    seams: laid.seams,
    sentS: (count * length) / rate,
    laidS: laid.frames / outputRate,
    spanS: (laid.end - laid.first) / outputRate,
    captionS: shown[shown.length - 1] - start,
    captionAtS: Math.round((1000 * (count - 1) * length) / rate) / 1000,
    underruns: utterance.report.underruns,
  };
}
"""


@pytest.fixture
def opened(page: Page, server_url: str, make_user: Callable[[str], User]) -> Page:
    Viewer(page, server_url).open(make_overlay(make_user("Alice")))
    return page


@pytest.mark.parametrize(("rate_hz", "length"), CHUNKS)
def test_an_hour_is_laid_to_the_frame(opened: Page, rate_hz: int, length: int) -> None:
    found = opened.evaluate(LAY_AN_HOUR, [rate_hz, rate_hz, length, HOUR_S])
    assert found["sentS"] > HOUR_S - 1
    assert found["laidS"] == found["spanS"] == found["sentS"]
    assert (found["seams"], found["underruns"]) == (0, 0)
    assert found["captionS"] == pytest.approx(found["captionAtS"], abs=0.001)


def test_voice_that_is_resampled_on_the_page_does_not_drift(opened: Page) -> None:
    found = opened.evaluate(LAY_AN_HOUR, [22_050, 48_000, 4_411, HOUR_S / 30])
    assert found["seams"] == 0
    assert found["laidS"] == pytest.approx(found["sentS"], abs=0.001)
