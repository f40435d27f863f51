package io.blockwork.graph.ops;

/**
 * Local response normalisation across channels, as torch's {@code LocalResponseNorm} (Krizhevsky et
 * al. 2012, section 3.3).
 *
 * @param path module name
 * @param size channels that are summed over
 * @param alpha factor of the mean square
 * @param beta exponent
 * @param k what is added
 */
public record LocalResponseNorm(String path, int size, double alpha, double beta, double k)
    implements SameShape {
  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public LocalResponseNorm {
    Rules.require(size > 0, path, "a positive size", size);
  }

  /** With torch's settings. */
  public static LocalResponseNorm of(String path, int size) {
    return new LocalResponseNorm(path, size, 1e-4, 0.75, 1);
  }

  @Override
  public String type() {
    return "LocalResponseNorm";
  }

  @Override
  public Role role() {
    return Role.NORM;
  }

  @Override
  public Outcome outcome() {
    return Outcome.COMPUTED;
  }

  @Override
  public Description description() {
    return Description.of("local response norm");
  }

  @Override
  public Reads backwardReads() {
    return Reads.INPUTS_AND_OUTPUT;
  }

  @Override
  public boolean overwrites(int input) {
    return false;
  }

  @Override
  public GradientUse gradientUse() {
    return GradientUse.READS;
  }

  @Override
  public Call bind(Binding binding) {
    return binding.through(
        "localResponseNorm",
        Code.call("LocalResponseNorm", "localResponseNorm", size)
            .thenIf(alpha != 1e-4, "alpha", alpha)
            .thenIf(beta != 0.75, "beta", beta)
            .thenIf(k != 1, "k", k));
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.localResponseNorm(this);
  }
}
