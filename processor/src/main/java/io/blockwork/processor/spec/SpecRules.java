package io.blockwork.processor.spec;

import io.blockwork.ResNetVersion;
import io.blockwork.processor.spec.DenseNetSpec.LayerStyle;
import io.blockwork.processor.spec.ResNetSpec.BlockStyle;
import java.util.ArrayList;
import java.util.List;

/** The rules that several annotations share; collects what breaks them. */
final class SpecRules {
  private static final int MOST_STAGES = 8;
  private static final int MOST_CHANNELS = 1 << 20;

  private final List<Problem> found = new ArrayList<>();

  void add(Problem problem) {
    found.add(problem);
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  List<Problem> found() {
    return List.copyOf(found);
  }

  void atLeast(String member, int value, int least) {
    if (value < least) {
      add(
          Problem.of(
              Rule.RANGE,
              member,
              "%s is %d, but must be at least %d",
              member.substring(member.lastIndexOf('.') + 1),
              value,
              least));
    }
  }

  void stages(List<Integer> blocks) {
    if (blocks.isEmpty()) {
      add(
          Problem.of(
              Rule.STAGES,
              "blocks",
              "blocks is empty: give the number of blocks of each stage, as in {3, 4, 6, 3}"));
    }
    if (blocks.size() > MOST_STAGES) {
      add(
          Problem.of(
              Rule.STAGES,
              "blocks",
              "blocks has %d stages, but at most %d are possible: each stage halves the image and doubles the channels",
              blocks.size(),
              MOST_STAGES));
    }
    for (int i = 0; i < blocks.size(); i++) {
      if (blocks.get(i) < 1) {
        add(
            Problem.at(
                Rule.BLOCKS,
                "blocks",
                i,
                "stage %d has %d blocks, but needs at least 1; leave the stage out instead",
                i + 1,
                blocks.get(i)));
      }
    }
  }

  void input(InputSpec input) {
    atLeast("input.channels", input.channels(), 1);
    atLeast("input.height", input.height(), 1);
    atLeast("input.width", input.width(), 1);
  }

  void sameChannels(int channels, InputSpec input) {
    if (channels >= 1 && input.channels() >= 1 && channels != input.channels()) {
      add(
          Problem.of(
              Rule.CHANNELS,
              "input.channels",
              "the input has %d channels, but the block takes %d: write channels = %d in one of the two places",
              input.channels(),
              channels,
              channels));
    }
  }

  void block(BlockStyle block) {
    atLeast("groups", block.groups(), 1);
    atLeast("widthPerGroup", block.widthPerGroup(), 1);
    atLeast("squeezeExcitation", block.squeezeExcitation(), 0);
    if (!block.bottleneck() && block.groups() > 1) {
      add(
          Problem.of(
              Rule.GROUPS,
              "groups",
              "groups is %d, but basic blocks have no grouped convolution: set bottleneck = true",
              block.groups()));
    }
    if (!block.bottleneck() && block.widthPerGroup() != 64 && block.widthPerGroup() >= 1) {
      add(
          Problem.of(
              Rule.GROUPS,
              "widthPerGroup",
              "widthPerGroup is %d, but basic blocks have no inner width: set bottleneck = true, or use width",
              block.widthPerGroup()));
    }
    if (block.zeroInitResidual() && block.version() == ResNetVersion.V2) {
      add(
          Problem.of(
              Rule.ZERO_INIT,
              "zeroInitResidual",
              "a pre-activation block (V2) ends in a convolution, so there is no last batch norm to start at zero: leave"
                  + " zeroInitResidual out, or use V1_5"));
    }
  }

  void widths(int width, int stages, BlockStyle block) {
    long out = ((long) width << (stages - 1)) * block.expansion();
    if (out > MOST_CHANNELS) {
      add(
          Problem.of(
              Rule.WIDTH,
              "width",
              "the last stage would have %d channels, but at most %d are possible: width is at most %d with %d stages",
              out,
              MOST_CHANNELS,
              (MOST_CHANNELS >> (stages - 1)) / block.expansion(),
              stages));
      return;
    }
    if (block.bottleneck() && block.inner(width) < 1) {
      add(
          Problem.of(
              Rule.WIDTH,
              "widthPerGroup",
              "%d planes x widthPerGroup %d / 64 leave the 3x3 convolutions without channels: widthPerGroup must be at"
                  + " least %d",
              width,
              block.widthPerGroup(),
              (64 + width - 1) / width));
    }
    long inner =
        (long) (((long) width << (stages - 1)) * (block.widthPerGroup() / 64.0)) * block.groups();
    if (block.bottleneck() && inner > MOST_CHANNELS) {
      add(
          Problem.of(
              Rule.WIDTH,
              "widthPerGroup",
              "the last stage's 3x3 convolutions would have %d channels, but at most %d are possible",
              inner,
              MOST_CHANNELS));
    }
    if (block.squeezeExcitation() > (long) width * block.expansion()) {
      add(
          Problem.of(
              Rule.SQUEEZE,
              "squeezeExcitation",
              "a reduction by %d leaves none of the first stage's %d channels: use at most %d (the paper uses 16)",
              block.squeezeExcitation(),
              width * block.expansion(),
              width * block.expansion()));
    }
  }

  void layer(LayerStyle layer) {
    atLeast("growth", layer.growth(), 1);
    atLeast("bnSize", layer.bnSize(), 0);
    if (!(layer.dropout() >= 0 && layer.dropout() < 1)) {
      add(
          Problem.of(
              Rule.DROPOUT,
              "dropout",
              "dropout is %s, but must be at least 0 and below 1: it is the part of a layer's output that training drops",
              layer.dropout()));
    }
  }
}
