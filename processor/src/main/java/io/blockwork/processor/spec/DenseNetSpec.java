package io.blockwork.processor.spec;

import io.blockwork.Stem;
import java.util.List;

/**
 * {@code @DenseNet}.
 *
 * @param blocks dense layers of each dense block
 * @param stem the layers before the first dense block
 * @param stemChannels channels of the stem; 0: twice the growth
 * @param layer what all dense layers have in common
 * @param compression part of the channels that a transition keeps
 * @param input shape of one image
 * @param classes classes of the head
 */
public record DenseNetSpec(
    List<Integer> blocks,
    Stem stem,
    int stemChannels,
    LayerStyle layer,
    double compression,
    InputSpec input,
    int classes)
    implements Spec {

  /**
   * What all dense layers of a network have in common.
   *
   * @param growth channels that each layer adds
   * @param bnSize the 1x1 convolution has this many times the growth; 0: there is none
   * @param dropout part of the output that training drops
   * @param memoryEfficient whether batch norms are computed again in the backward pass
   */
  public record LayerStyle(int growth, int bnSize, double dropout, boolean memoryEfficient) {}

  /** Copies the list. */
  public DenseNetSpec {
    blocks = List.copyOf(blocks);
  }

  /** Channels of the stem. */
  public int stem0() {
    return stemChannels == 0 ? 2 * layer.growth() : stemChannels;
  }

  @Override
  public boolean classifier() {
    return true;
  }

  @Override
  public List<Problem> problems() {
    var rules = new SpecRules();
    rules.stages(blocks);
    rules.layer(layer);
    rules.atLeast("stemChannels", stemChannels, 0);
    if (!(compression > 0 && compression <= 1)) {
      rules.add(
          Problem.of(
              Rule.COMPRESSION,
              "compression",
              "compression is %s, but must be above 0 and at most 1: it is the part of the channels that a transition"
                  + " keeps; the paper uses 0.5",
              compression));
    }
    rules.input(input);
    rules.atLeast("classes", classes, 1);
    return rules.found();
  }
}
