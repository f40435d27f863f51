package io.blockwork.parameters;

/**
 * Where values for a network's parameters come from: a weight file, for example.
 *
 * @param <R> what the source tells of having been loaded
 */
@FunctionalInterface
public interface ParameterSource<R> {
  /**
   * Writes values of this source to the parameters.
   *
   * @return what was written, and what was left out
   */
  R into(Parameters parameters);
}
