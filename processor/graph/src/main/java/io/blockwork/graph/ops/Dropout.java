package io.blockwork.graph.ops;

import java.util.List;

/**
 * Dropout, in training only: each value is zero with some probability, and the others are
 * multiplied by {@code 1 / (1 - rate)}.
 *
 * @param path module name
 * @param rate probability of a zero
 */
public record Dropout(String path, double rate) implements SameShape {
  /**
   * Checks the rate.
   *
   * @throws IllegalArgumentException if it is not at least 0 and below 1
   */
  public Dropout {
    Rules.require(rate >= 0 && rate < 1, path, "a rate from 0 to below 1", rate);
  }

  @Override
  public String type() {
    return "Dropout";
  }

  @Override
  public Role role() {
    return Role.ELEMENTWISE;
  }

  @Override
  public Outcome outcome() {
    return Outcome.CHOSEN;
  }

  @Override
  public Description description() {
    return Description.of("dropout " + Description.rounded(rate));
  }

  @Override
  public Reads backwardReads() {
    return Reads.NOTHING;
  }

  @Override
  public boolean overwrites(int input) {
    return true;
  }

  @Override
  public GradientUse gradientUse() {
    return GradientUse.OVERWRITES;
  }

  @Override
  public boolean isRandom() {
    return true;
  }

  @Override
  public Call bind(Binding binding) {
    Call call = binding.through("dropout", rate);
    List<Code> tensors = call.arguments();
    boolean inPlace =
        tensors.get(1).text().equals(tensors.get(2).text())
            && tensors.get(4).text().equals("into(" + tensors.get(3).text() + ")");
    return inPlace ? Call.of("dropout", rate, tensors.get(2), tensors.get(3)) : call;
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.dropout(this);
  }
}
