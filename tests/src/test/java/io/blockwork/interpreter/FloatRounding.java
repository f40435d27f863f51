package io.blockwork.interpreter;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * Rounds to single precision at random, up or down, the likelier the nearer (D. S. Parker, Monte
 * Carlo Arithmetic, 1997: random rounding). What is a float already stays as it is, so that what
 * cancels out exactly still does.
 */
final class FloatRounding implements DoubleUnaryOperator {
  private final Random random;

  FloatRounding(long seed) {
    random = new Random(seed);
  }

  @Override
  public double applyAsDouble(double value) {
    float nearest = (float) value;
    if (nearest == value || !Float.isFinite(nearest)) {
      return nearest;
    }
    float other = nearest < value ? Math.nextUp(nearest) : Math.nextDown(nearest);
    double share = (value - nearest) / ((double) other - nearest);
    return random.nextDouble() < share ? other : nearest;
  }
}
