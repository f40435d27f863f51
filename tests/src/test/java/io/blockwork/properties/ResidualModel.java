package io.blockwork.properties;

import io.blockwork.ResNetVersion;
import io.blockwork.Shortcut;

/** What the residual blocks of a random network have in common. */
record ResidualModel(
    boolean bottleneck,
    int groups,
    int widthPerGroup,
    Shortcut shortcut,
    ResNetVersion version,
    int squeezeExcitation,
    boolean zeroInitResidual) {

  int expansion() {
    return bottleneck ? 4 : 1;
  }

  boolean preActivated() {
    return version == ResNetVersion.V2;
  }

  /** The members that {@code @ResNet} and {@code @ResidualBlock} share, as source. */
  String members() {
    return ("bottleneck = %b, groups = %d, widthPerGroup = %d, shortcut = Shortcut.%s,"
            + " version = ResNetVersion.%s, squeezeExcitation = %d, zeroInitResidual = %b")
        .formatted(
            bottleneck,
            groups,
            widthPerGroup,
            shortcut,
            version,
            squeezeExcitation,
            zeroInitResidual);
  }

  /** Learnable values of one block. */
  long parameters(int in, int planes, int stride) {
    int out = planes * expansion();
    long count;
    if (bottleneck) {
      long inner = (long) (planes * widthPerGroup / 64) * groups;
      count = in * inner + 9 * inner * inner / groups + inner * out;
      count += preActivated() ? 2L * in + 4L * inner : 4L * inner + 2L * out;
    } else {
      count = 9L * in * planes + 9L * planes * planes;
      count += preActivated() ? 2 * in + 2 * planes : 4 * planes;
    }
    boolean changes = stride != 1 || in != out || shortcut == Shortcut.PROJECT_ALL;
    if (changes && shortcut != Shortcut.PAD) {
      count += (long) in * out + (preActivated() ? 0 : 2 * out);
    }
    if (squeezeExcitation > 0) {
      long squeezed = out / squeezeExcitation;
      count += 2L * out * squeezed + squeezed + out;
    }
    return count;
  }
}
