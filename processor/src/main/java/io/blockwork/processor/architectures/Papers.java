package io.blockwork.processor.architectures;

import io.blockwork.ResNetVersion;
import io.blockwork.Stem;
import io.blockwork.processor.spec.DenseBlockSpec;
import io.blockwork.processor.spec.DenseNetSpec;
import io.blockwork.processor.spec.ResNetSpec;
import io.blockwork.processor.spec.ResNetSpec.BlockStyle;
import io.blockwork.processor.spec.ResidualBlockSpec;
import io.blockwork.processor.spec.Spec;
import java.util.ArrayList;
import java.util.List;

/** Where the papers describe the networks of the families. */
public final class Papers {
  private static final String RESIDUAL = "He et al. 2015 (arXiv:1512.03385)";
  private static final String DENSE = "Huang et al. 2016 (arXiv:1608.06993)";

  private Papers() {}

  /** Papers with their tables, figures and sections. */
  public static String of(Spec spec) {
    if (spec instanceof ResNetSpec net) {
      String table = net.stem() == Stem.CIFAR ? ", section 4.2" : ", Table 1";
      return residual(net.block(), RESIDUAL + table + " and Figure 5");
    } else if (spec instanceof ResidualBlockSpec block) {
      return residual(block.block(), RESIDUAL + ", Figure 5");
    } else if (spec instanceof DenseNetSpec net) {
      return DENSE + (net.stem() == Stem.CIFAR ? ", section 3" : ", Table 1 and section 3");
    } else if (spec instanceof DenseBlockSpec) {
      return DENSE + ", Figure 1 and section 3";
    }
    throw new IllegalArgumentException("no paper is known of " + spec);
  }

  private static String residual(BlockStyle style, String first) {
    List<String> papers = new ArrayList<>(List.of(first));
    if (style.version() == ResNetVersion.V2) {
      papers.add("He et al. 2016 (arXiv:1603.05027), Figure 4e");
    }
    if (style.groups() > 1) {
      papers.add("Xie et al. 2016 (arXiv:1611.05431), Figure 3c");
    }
    if (style.squeezeExcitation() > 0) {
      papers.add("Hu et al. 2017 (arXiv:1709.01507), Figure 3");
    }
    return String.join("; ", papers);
  }
}
