package io.blockwork.cuda.dnn;

import io.blockwork.io.SafeText;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of cuDNN's proposals to take: its first one, or another, which is found again by the same
 * version of cuDNN for the same card.
 *
 * @param proposed the other one; empty for the first
 */
record PlanChoice(Optional<Proposed> proposed) {
  static final PlanChoice FIRST = new PlanChoice(Optional.empty());

  private static final Pattern TEXT =
      Pattern.compile("([A-Z]+)-(SUM|BIAS)_FIRST proposal (\\d{1,4}) engine (\\d{1,9})");

  /**
   * One of several proposals.
   *
   * @param way how cuDNN was asked
   * @param index its place among the answers
   * @param engine the engine that stood there
   */
  record Proposed(Proposals.Way way, int index, long engine) {}

  static PlanChoice of(Proposals.Way way, int index, CudnnConvolution plan) {
    return new PlanChoice(Optional.of(new Proposed(way, index, plan.engine())));
  }

  /** What {@link #toString} gave; empty for any other text. */
  static Optional<PlanChoice> parse(String text) {
    if (text.equals(FIRST.toString())) {
      return Optional.of(FIRST);
    }
    Matcher match = TEXT.matcher(text);
    if (!match.matches()) {
      return Optional.empty();
    }
    return Proposals.Mode.of(match.group(1))
        .map(mode -> new Proposals.Way(mode, match.group(2).equals("SUM")))
        .map(
            way ->
                new PlanChoice(
                    Optional.of(
                        new Proposed(
                            way,
                            Integer.parseInt(match.group(3)),
                            Long.parseLong(match.group(4))))));
  }

  @Override
  public String toString() {
    return proposed
        .map(
            p ->
                SafeText.format(
                    "%s-%s_FIRST proposal %d engine %d",
                    p.way().mode(),
                    p.way().residualFirst() ? "SUM" : "BIAS",
                    p.index(),
                    p.engine()))
        .orElse("FIRST");
  }
}
