package io.blockwork.processor;

import io.blockwork.ResNetVersion;
import io.blockwork.Shortcut;
import io.blockwork.Stem;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Heads;
import io.blockwork.processor.architectures.Architectures;
import io.blockwork.processor.dsl.PublishedMatch;
import io.blockwork.processor.spec.DenseNetSpec;
import io.blockwork.processor.spec.DenseNetSpec.LayerStyle;
import io.blockwork.processor.spec.InputSpec;
import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Nearest;
import io.blockwork.processor.spec.Problem;
import io.blockwork.processor.spec.ResNetSpec;
import io.blockwork.processor.spec.ResNetSpec.BlockStyle;
import io.blockwork.processor.spec.Spec;
import io.blockwork.published.PretrainedWeights;
import io.blockwork.published.TorchvisionWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Checks that a network fits the published weights that its annotation names. */
final class PretrainedMatch {
  private static final String MEMBER = "weights";
  private static final String TRAINED = "_IMAGENET1K";
  private static final int NAMES_SHOWN = 5;

  private PretrainedMatch() {}

  /**
   * What keeps the weights of that name from being loaded into the network.
   *
   * @param sound the network, if nothing else is wrong with it; a name that is known needs it
   * @param own names of those on the network itself, for the message
   */
  static Optional<Problem> problem(
      Spec spec, Optional<Graph> sound, String name, List<String> own) {
    Map<String, PretrainedWeights> known = TorchvisionWeights.all();
    PretrainedWeights weights = known.get(name);
    if (weights == null) {
      List<String> names = new ArrayList<>(own);
      names.addAll(known.keySet());
      List<String> nearest = Nearest.order(name, names);
      String shown = String.join(", ", nearest.subList(0, NAMES_SHOWN)) + ", ...";
      return Optional.of(Problem.of(Message.UNKNOWN_WEIGHTS, MEMBER, name, nearest.get(0), shown));
    }
    String architecture = name.substring(0, name.indexOf(TRAINED)).toLowerCase(Locale.ROOT);
    Graph graph = sound.orElseThrow();
    // The head may tell other classes apart: then it is what fine-tuning trains.
    return PublishedMatch.difference(
            graph, Architectures.of(published(architecture)), Heads.modules(graph), List.of())
        .map(
            d ->
                Problem.of(
                    Message.WEIGHTS_DIFFER,
                    MEMBER,
                    name,
                    d.parameter(),
                    d.ours(),
                    d.theirs(),
                    architecture))
        .or(() -> version(spec, name));
  }

  private static Optional<Problem> version(Spec spec, String name) {
    return spec instanceof ResNetSpec s
            && s.block().version() != ResNetVersion.V1_5
            && s.block().bottleneck()
        ? Optional.of(
            Problem.of(
                Message.WEIGHTS_VERSION,
                MEMBER,
                name,
                "ResNetVersion." + s.block().version(),
                "ResNetVersion.V1_5"))
        : Optional.empty();
  }

  /** torchvision's builder of that name, as a spec. */
  private static Spec published(String architecture) {
    switch (architecture) {
      case "resnet18":
        return resNet(false, 1, 64, 2, 2, 2, 2);
      case "resnet34":
        return resNet(false, 1, 64, 3, 4, 6, 3);
      case "resnet50":
        return resNet(true, 1, 64, 3, 4, 6, 3);
      case "resnet101":
        return resNet(true, 1, 64, 3, 4, 23, 3);
      case "resnet152":
        return resNet(true, 1, 64, 3, 8, 36, 3);
      case "resnext50_32x4d":
        return resNet(true, 32, 4, 3, 4, 6, 3);
      case "resnext101_32x8d":
        return resNet(true, 32, 8, 3, 4, 23, 3);
      case "resnext101_64x4d":
        return resNet(true, 64, 4, 3, 4, 23, 3);
      case "wide_resnet50_2":
        return resNet(true, 1, 128, 3, 4, 6, 3);
      case "wide_resnet101_2":
        return resNet(true, 1, 128, 3, 4, 23, 3);
      case "densenet121":
        return denseNet(32, 64, 6, 12, 24, 16);
      case "densenet161":
        return denseNet(48, 96, 6, 12, 36, 24);
      case "densenet169":
        return denseNet(32, 64, 6, 12, 32, 32);
      case "densenet201":
        return denseNet(32, 64, 6, 12, 48, 32);
      default:
        throw new IllegalArgumentException("there is no architecture " + architecture);
    }
  }

  private static Spec resNet(boolean bottleneck, int groups, int widthPerGroup, Integer... blocks) {
    var style =
        new BlockStyle(
            bottleneck,
            groups,
            widthPerGroup,
            Shortcut.PROJECTION,
            ResNetVersion.V1_5,
            0,
            false,
            0);
    return new ResNetSpec(
        List.of(blocks), Stem.IMAGENET, 64, style, 0, new InputSpec(3, 224, 224), 1000);
  }

  private static Spec denseNet(int growth, int stemChannels, Integer... blocks) {
    var style = new LayerStyle(growth, 4, 0, false);
    return new DenseNetSpec(
        List.of(blocks), Stem.IMAGENET, stemChannels, style, 0.5, new InputSpec(3, 224, 224), 1000);
  }
}
