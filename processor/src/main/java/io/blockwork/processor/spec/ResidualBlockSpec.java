package io.blockwork.processor.spec;

import io.blockwork.processor.spec.ResNetSpec.BlockStyle;
import java.util.List;

/**
 * {@code @ResidualBlock}.
 *
 * @param channels channels that come in
 * @param planes planes of the block, 0: as many as keep the number of channels
 * @param stride stride of the block
 * @param block the kind of block
 * @param input shape of one input
 */
public record ResidualBlockSpec(
    int channels, int planes, int stride, BlockStyle block, InputSpec input) implements Spec {

  /** The planes, with the default filled in. */
  public int planesOrDefault() {
    return planes == 0 ? channels / block.expansion() : planes;
  }

  @Override
  public boolean classifier() {
    return false;
  }

  @Override
  public List<Problem> problems() {
    var rules = new SpecRules();
    rules.atLeast("channels", channels, 1);
    rules.atLeast("planes", planes, 0);
    rules.atLeast("stride", stride, 1);
    rules.input(input);
    rules.sameChannels(channels, input);
    rules.block(block);
    if (rules.isEmpty() && planes == 0 && channels % block.expansion() != 0) {
      rules.add(
          Problem.of(
              Rule.CHANNELS,
              "channels",
              "channels is %d, but a bottleneck puts out 4 times its planes, so that no number of planes keeps it: use a"
                  + " multiple of 4 or set planes",
              channels));
    }
    if (rules.isEmpty()) {
      rules.widths(planesOrDefault(), 1, block);
    }
    return rules.found();
  }
}
