package io.blockwork.processor.spec;

import io.blockwork.ResNetVersion;
import io.blockwork.Shortcut;
import io.blockwork.Stem;
import java.util.List;

/**
 * {@code @ResNet}.
 *
 * @param blocks residual blocks of each stage
 * @param stem the layers before the first stage
 * @param width channels of the stem and planes of the first stage
 * @param block what all blocks have in common
 * @param dilateFrom the first stage, from 1, that dilates instead of striding; 0: none
 * @param input shape of one image
 * @param classes classes of the head
 */
public record ResNetSpec(
    List<Integer> blocks,
    Stem stem,
    int width,
    BlockStyle block,
    int dilateFrom,
    InputSpec input,
    int classes)
    implements Spec {

  /**
   * What all residual blocks of a network have in common.
   *
   * @param bottleneck 1x1, 3x3, 1x1 instead of 3x3, 3x3
   * @param groups groups of a bottleneck's 3x3 convolution
   * @param widthPerGroup inner channels of a group when there are 64 planes
   * @param shortcut the shortcut where the shape changes
   * @param version the variant of the block
   * @param squeezeExcitation reduction ratio, 0: none
   * @param zeroInitResidual whether the last batch norm's scale starts at zero
   */
  public record BlockStyle(
      boolean bottleneck,
      int groups,
      int widthPerGroup,
      Shortcut shortcut,
      ResNetVersion version,
      int squeezeExcitation,
      boolean zeroInitResidual) {
    /** Output channels for each plane: 4 for a bottleneck, else 1. */
    public int expansion() {
      return bottleneck ? 4 : 1;
    }

    /** Channels of a bottleneck's 3x3 convolution, as torchvision computes them. */
    public int inner(int planes) {
      return (int) (planes * (widthPerGroup / 64.0)) * groups;
    }
  }

  /** Copies the list. */
  public ResNetSpec {
    blocks = List.copyOf(blocks);
  }

  /** Planes of stage {@code s}, counted from 0. */
  public int planes(int s) {
    return width << s;
  }

  @Override
  public boolean classifier() {
    return true;
  }

  @Override
  public List<Problem> problems() {
    var rules = new SpecRules();
    rules.stages(blocks);
    rules.atLeast("width", width, 1);
    rules.input(input);
    rules.atLeast("classes", classes, 1);
    rules.block(block);
    if (dilateFrom != 0 && (dilateFrom < 2 || dilateFrom > blocks.size())) {
      rules.add(
          Problem.of(
              Rule.DILATION,
              "dilateFrom",
              "dilateFrom is %d, but must be 0 (no dilation) or a stage from 2 to %d: the first stage has no stride to"
                  + " replace",
              dilateFrom,
              blocks.size()));
    }
    if (rules.isEmpty()) {
      rules.widths(width, blocks.size(), block);
    }
    return rules.found();
  }
}
