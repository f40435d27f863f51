package io.blockwork.processor.spec;

import io.blockwork.ResNetVersion;
import io.blockwork.Shortcut;
import io.blockwork.Stem;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
   * @param stochasticDepth the probability that the last block's branch is dropped, 0: none
   */
  public record BlockStyle(
      boolean bottleneck,
      int groups,
      int widthPerGroup,
      Shortcut shortcut,
      ResNetVersion version,
      int squeezeExcitation,
      boolean zeroInitResidual,
      double stochasticDepth) {
    /** Output channels for each plane: 4 for a bottleneck, else 1. */
    public int expansion() {
      return bottleneck ? 4 : 1;
    }

    BlockStyle with(String member, int value) {
      return new BlockStyle(
          bottleneck,
          member.equals("groups") ? value : groups,
          member.equals("widthPerGroup") ? value : widthPerGroup,
          shortcut,
          version,
          squeezeExcitation,
          zeroInitResidual,
          stochasticDepth);
    }

    /** Channels of a bottleneck's 3x3 convolution, as torchvision computes them. */
    public int inner(int planes) {
      return ((int) (planes * (widthPerGroup / 64.0))) * groups;
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
    boolean stages = rules.stages(blocks, "3, 4, 6, 3");
    boolean widths = rules.width("width", width, 1);
    rules.input(input);
    rules.classes(classes);
    boolean block = rules.block(this.block);
    int last = blocks.size();
    if (stages && dilateFrom != 0 && (dilateFrom < 2 || dilateFrom > last)) {
      rules.add(
          last < 2
              ? Problem.of(Message.NO_STAGE_TO_DILATE, "dilateFrom", dilateFrom)
              : Problem.of(Message.DILATION, "dilateFrom", dilateFrom, last));
    }
    if (stages && widths && block) {
      rules.widths("width", width, last, this.block, "layer1.0.");
    }
    return rules.found();
  }

  @Override
  public Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    sizes.put("width", 64);
    sizes.put("classes", 1000);
    sizes.put("widthPerGroup", 64);
    sizes.put("groups", 1);
    sizes.put("blocks", 1);
    return sizes;
  }

  @Override
  public int size(String member) {
    return switch (member) {
      case "width" -> width;
      case "classes" -> classes;
      case "widthPerGroup" -> block.widthPerGroup();
      case "groups" -> block.groups();
      default -> Collections.max(blocks);
    };
  }

  @Override
  public ResNetSpec with(String member, int value) {
    return new ResNetSpec(
        member.equals("blocks") ? blocks.stream().map(b -> Math.min(b, value)).toList() : blocks,
        stem,
        member.equals("width") ? value : width,
        block.with(member, value),
        dilateFrom,
        input,
        member.equals("classes") ? value : classes);
  }

  @Override
  public ResNetSpec with(InputSpec input) {
    return new ResNetSpec(blocks, stem, width, block, dilateFrom, input, classes);
  }
}
