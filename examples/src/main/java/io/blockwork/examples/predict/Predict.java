package io.blockwork.examples.predict;

import io.blockwork.Attribution;
import io.blockwork.ImageClassifier;
import io.blockwork.ModelCard;
import io.blockwork.Networks;
import io.blockwork.TestTimeViews;
import io.blockwork.data.ImageFiles;
import io.blockwork.image.ByteImage;
import io.blockwork.image.HeatMap;
import io.blockwork.image.Images;
import io.blockwork.image.Prediction;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.FileException;
import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import io.blockwork.train.TrainedClasses;
import io.blockwork.weights.ImageNetClasses;
import io.blockwork.weights.Weights;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Names what is in pictures, with weights from a file. Exit codes: 0 if all went well, 1 if a file
 * cannot be used, 2 for wrong arguments.
 */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    description = "Names what is in pictures.")
public final class Predict implements Callable<Integer> {
  private static final List<String> CIFAR10 =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  /** Networks for smaller pictures are CIFAR's. */
  private static final int SMALLEST_OF_IMAGENET = 64;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--network",
      required = true,
      description =
          "The architecture: resnet50, densenet121, googlenet, inception_v3, efficientnet_b0,"
              + " resnet20, ...")
  private String network = "";

  @Option(
      names = "--weights",
      required = true,
      description = "A file of weights: .pth, .pt, .th, .safetensors or .npz.")
  private Path weights = Path.of("");

  @Option(
      names = "--classes",
      description =
          "A text file with a class name a line; by default those that the weights were trained on,"
              + " if they tell, or else ImageNet's or CIFAR-10's.")
  private Optional<Path> classes = Optional.empty();

  @Option(
      names = "--top",
      defaultValue = "5",
      description = "Answers for each picture: ${DEFAULT-VALUE}.")
  private int top = 5;

  @Option(
      names = "--resize",
      description =
          "Shorter side before the crop, if the weights want another than the network's first ones:"
              + " 232 for torchvision's V2 weights.")
  private OptionalInt resize = OptionalInt.empty();

  @Option(
      names = "--explain",
      paramLabel = "FOLDER",
      description =
          "Write NAME-gradcam.png into this folder for each picture: where the first answer comes"
              + " from (Grad-CAM).")
  private Optional<Path> explain = Optional.empty();

  @Option(
      names = "--layer",
      description =
          "The layer to explain by: layer3, features.denseblock2, ...; by default the last map.")
  private Optional<String> layer = Optional.empty();

  @Option(
      names = "--mirror",
      description = "Average the answers for each picture and its mirror image.")
  private boolean mirror;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE",
      description = "Pictures (JPEG, PNG, ...), or folders of them.")
  private List<Path> images = List.of();

  /** The command, for tests and other programs. */
  public static CommandLine commandLine() {
    return new CommandLine(new Predict())
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println("predict: " + Failures.text(failure));
              return command.getCommandSpec().exitCodeOnExecutionException();
            });
  }

  @Override
  public Integer call() throws IOException {
    Class<? extends ImageClassifier> type =
        NetworkNames.find(network)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        SafeText.format(
                            "there is no network %s; there are %s",
                            network, String.join(", ", NetworkNames.all()))));
    if (top < 1) {
      throw new ParameterException(spec.commandLine(), "--top must be at least 1, got " + top);
    }
    Map<Path, List<Prediction>> answers = new LinkedHashMap<>();
    try (Weights file = Weights.open(weights);
        ImageClassifier net = Networks.create(type)) {
      net.parameters().load(file);
      List<String> names = names(net, file);
      Preprocessing preprocessing = preprocessing(net);
      for (Path path : pictures()) {
        ByteImage image = Images.read(path);
        List<Prediction> all =
            mirror
                ? net.classify(image, preprocessing, names, TestTimeViews.mirrored())
                : net.classify(image, preprocessing, names);
        if (explain.isPresent()) {
          explain(explain.get(), path, net, preprocessing.resizeAndCrop(image), preprocessing, all);
        }
        answers.put(path, all.subList(0, Math.min(top, all.size())));
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Answers.json(answers, out);
    } else {
      Answers.table(answers, out);
    }
    out.flush();
    return 0;
  }

  /**
   * What the weights tell of, or the published ones want; CIFAR's pictures are of the right size.
   */
  private Preprocessing preprocessing(ImageClassifier net) {
    int side = net.architecture().input().get(1);
    boolean told = ModelCard.of(net.parameters()).preprocessing().isPresent();
    Preprocessing usual =
        told || side >= SMALLEST_OF_IMAGENET
            ? net.preprocessing()
            : Preprocessing.imageNet(side, side);
    return resize.isPresent()
        ? new Preprocessing(
            resize.getAsInt(), side, usual.interpolation(), usual.mean(), usual.std())
        : usual;
  }

  /** Draws where the first answer comes from over what the network saw. */
  private void explain(
      Path folder,
      Path picture,
      ImageClassifier net,
      ByteImage seen,
      Preprocessing preprocessing,
      List<Prediction> answers) {
    INDArray images =
        Nd4j.createFromArray(preprocessing.normalize(seen))
            .reshape('c', 1, seen.channels(), seen.height(), seen.width());
    String where = layer.orElseGet(() -> Attribution.lastMap(net));
    float[][] map = Attribution.gradCam(net, images, where, answers.get(0).index()).get(0);
    HeatMap.writePng(folder.resolve(picture.getFileName() + "-gradcam.png"), seen, map);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new FileException(SafeText.of(file) + ": " + FileProblem.reading(file, e), e);
    }
  }

  /** The pictures that were named, and those in folders that were named. */
  private List<Path> pictures() {
    return images.stream()
        .flatMap(
            path ->
                Files.isDirectory(path) ? ImageFiles.in(path).files().stream() : Stream.of(path))
        .toList();
  }

  private List<String> names(ImageClassifier net, Weights file) {
    if (classes.isPresent()) {
      List<String> names = lines(classes.get());
      if (names.size() != net.classes()) {
        throw new ParameterException(
            spec.commandLine(),
            SafeText.format(
                "%s has %d lines, but %s has %d classes",
                classes.get(), names.size(), network, net.classes()));
      }
      return names;
    }
    return TrainedClasses.of(file)
        .filter(names -> names.size() == net.classes())
        .orElse(net.classes() == CIFAR10.size() ? CIFAR10 : ImageNetClasses.names());
  }
}
