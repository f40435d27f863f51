package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.ModelCard;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import io.blockwork.data.CenterCrop;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.ImageFiles;
import io.blockwork.data.ImageFolder;
import io.blockwork.data.Normalize;
import io.blockwork.data.Pipeline;
import io.blockwork.data.RandomResizedCrop;
import io.blockwork.data.Resize;
import io.blockwork.data.Task;
import io.blockwork.image.Interpolation;
import io.blockwork.image.Prediction;
import io.blockwork.image.Preprocessing;
import io.blockwork.weights.Weights;
import io.blockwork.weights.WeightsException;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

/** Weights know their classes and how pictures are prepared for them. */
final class ModelCardTest {
  private static final List<String> CLASSES = List.of("blue sky", "grass \"green\"", "rose");
  private static final List<Color> COLORS = List.of(Color.BLUE, Color.GREEN, Color.RED);
  private static final List<Double> MEAN = List.of(0.4, 0.5, 0.6);
  private static final List<Double> STD = List.of(0.2, 0.25, 0.3);
  private static final Preprocessing PREPARED =
      new Preprocessing(18, 16, Interpolation.BICUBIC, MEAN, STD);

  @TempDir Path folder;

  /** Tells three colours apart. */
  @ResNet(
      blocks = {1, 1},
      width = 4,
      stem = Stem.CIFAR,
      input = @Input(height = 16, width = 16),
      classes = 3)
  interface Colors extends ImageClassifier {}

  /** Has a head of another size. */
  @ResNet(
      blocks = {1, 1},
      width = 4,
      stem = Stem.CIFAR,
      input = @Input(height = 16, width = 16),
      classes = 4)
  interface FourColors extends ImageClassifier {}

  @BeforeEach
  void paint() throws IOException {
    for (int label = 0; label < 3; label++) {
      Path of = Files.createDirectories(folder.resolve("photos").resolve(CLASSES.get(label)));
      for (int number = 0; number < 4; number++) {
        ImageIO.write(picture(label, number), "png", of.resolve(number + ".png").toFile());
      }
    }
  }

  private static BufferedImage picture(int label, int number) {
    BufferedImage image = new BufferedImage(24 + number, 20, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(COLORS.get(label));
    graphics.fillRect(0, 0, 30, 20 - number);
    graphics.dispose();
    return image;
  }

  private Dataset photos(Pipeline pipeline) {
    return ImageFolder.open(folder.resolve("photos")).with(pipeline);
  }

  private static Colors colors() {
    return Networks.create(Colors.class, TinyNetworks.options());
  }

  private void train(Colors net) {
    Pipeline augmented = Pipeline.of(new RandomResizedCrop(16), new Normalize(MEAN, STD));
    try (DataLoader training =
            DataLoader.of(photos(augmented)).batchSize(6).shuffle(true).workers(1).build();
        DataLoader validation = DataLoader.of(photos(Pipeline.of(PREPARED))).workers(1).build()) {
      Trainer.of(net)
          .epochs(2)
          .progress(false)
          .checkpoints(folder.resolve("run"))
          .fit(training, validation);
    }
  }

  @Test
  void aTrainedNetworkClassifiesPicturesByItsOwnClasses() throws IOException {
    Path picture = folder.resolve("photos").resolve(CLASSES.get(0)).resolve("1.png");
    List<Prediction> expected;
    Path saved = folder.resolve("saved.safetensors");
    try (Colors net = colors()) {
      assertThat(net.classNames()).isEmpty();
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> net.classify(picture));
      assertThat(e)
          .hasMessageThat()
          .isEqualTo(
              "ModelCardTest_Colors: the names of its 3 classes are not known; load weights that tell them, as"
                  + " those that a training run has saved, or call classify(image, preprocessing,"
                  + " classNames)");
      train(net);
      expected = net.classify(ImageIO.read(picture.toFile()), PREPARED, CLASSES);
      assertThat(net.classify(picture)).isEqualTo(expected);
      Weights.save(net.parameters(), saved);
    }
    for (Path file : List.of(saved, folder.resolve("run").resolve("last.safetensors"))) {
      try (Colors net = colors();
          Weights weights = Weights.open(file)) {
        assertThat(ModelCard.of(weights))
            .isEqualTo(
                new ModelCard(Optional.of("ModelCardTest_Colors"), CLASSES, Optional.of(PREPARED)));
        net.parameters().load(weights);
        assertThat(net.classNames()).isEqualTo(CLASSES);
        assertThat(net.preprocessing()).isEqualTo(PREPARED);
        assertThat(net.classify(picture)).isEqualTo(expected);
      }
    }
  }

  @Test
  void aHeadOfOtherClassesKeepsItsOwnNames() {
    try (Colors net = colors()) {
      new ModelCard(CLASSES, Optional.of(PREPARED)).describe(net.parameters());
      Weights.save(net.parameters(), folder.resolve("three.safetensors"));
    }
    try (FourColors net = Networks.create(FourColors.class, TinyNetworks.options());
        Weights three = Weights.open(folder.resolve("three.safetensors"))) {
      WeightsException e = assertThrows(WeightsException.class, () -> net.parameters().load(three));
      assertThat(e).hasMessageThat().contains("fc.weight: [3, 8] in the file, [4, 8]");
      assertThat(e).hasMessageThat().contains("the classes of the file are [\"blue sky\",");
      assertThat(e)
          .hasMessageThat()
          .contains(
              "the file's weights are of ModelCardTest_Colors, the network is"
                  + " ModelCardTest_FourColors");
      net.parameters().load(three.replacingHeads());
      assertThat(net.classNames()).isEmpty();
      assertThat(net.preprocessing()).isEqualTo(PREPARED);
    }
  }

  @Test
  void loadingTellsOfOtherClasses() {
    Path file = folder.resolve("three.safetensors");
    try (Colors net = colors()) {
      new ModelCard(CLASSES, Optional.empty()).describe(net.parameters());
      Weights.save(net.parameters(), file);
    }
    try (Colors net = colors();
        Weights weights = Weights.open(file)) {
      assertThat(net.parameters().load(weights).classes()).isEmpty();
      assertThat(net.parameters().load(weights).classes()).isEmpty();
      new ModelCard(List.of("x", "y", "z"), Optional.empty()).describe(net.parameters());
      String kept = net.parameters().load(weights.ignoring("fc")).toString();
      assertThat(kept)
          .contains("the head keeps its own classes; those of the file are [\"blue sky");
      assertThat(kept).contains("its own are [\"x\",\"y\",\"z\"]");
      assertThat(net.classNames()).containsExactly("x", "y", "z").inOrder();
      String replaced = net.parameters().load(weights).toString();
      assertThat(replaced).contains("the classes are now the file's, [\"blue sky");
      assertThat(replaced).contains("no more the network's [\"x\",\"y\",\"z\"]");
      assertThat(net.classNames()).isEqualTo(CLASSES);
    }
  }

  @Test
  void listsOfFilesAreLearntFromAndClassified() throws IOException {
    Path photos = folder.resolve("photos");
    List<Path> files = new ArrayList<>();
    for (String name : CLASSES) {
      files.add(photos.resolve(name).resolve("0.png"));
    }
    ImageFiles listed = ImageFiles.of(files, CLASSES, 0, 1, 2);
    try (Colors net = colors();
        DataLoader loader =
            DataLoader.of(listed.with(Pipeline.of(PREPARED))).batchSize(3).workers(0).build()) {
      Trainer.of(net).epochs(1).progress(false).fit(loader);
      assertThat(net.classNames()).isEqualTo(CLASSES);
      List<List<Prediction>> answers = net.classify(files);
      assertThat(answers).hasSize(3);
      assertThat(answers.get(2)).isEqualTo(net.classify(files.get(2)));
    }
    assertThat(assertThrows(IllegalArgumentException.class, () -> ImageFiles.of(files, CLASSES, 1)))
        .hasMessageThat()
        .isEqualTo("labels: expected one for each of the 3 files, got 1");
    assertThat(
            assertThrows(
                IllegalArgumentException.class, () -> ImageFiles.of(files, CLASSES, 0, 1, 3)))
        .hasMessageThat()
        .isEqualTo("label of " + files.get(2) + ": expected a class from 0 to 2, got 3");
  }

  @Test
  void aPipelineTellsWhatItDoesUnlessItIsRandom() {
    assertThat(
            photos(
                    Pipeline.of(
                        new Resize(18, Interpolation.BICUBIC),
                        new CenterCrop(16),
                        new Normalize(MEAN, STD)))
                .subset(1, 2)
                .withClasses(CLASSES)
                .preprocessing())
        .hasValue(PREPARED);
    assertThat(photos(Pipeline.of(new CenterCrop(16), Normalize.imageNet())).preprocessing())
        .hasValue(Preprocessing.imageNet(0, 16));
    assertThat(photos(Pipeline.of(new RandomResizedCrop(16), Normalize.imageNet())).preprocessing())
        .isEmpty();
    assertThat(photos(Pipeline.of(new CenterCrop(16))).preprocessing()).isEmpty();
    assertThat(
            photos(Pipeline.of(new CenterCrop(16), new Resize(18), Normalize.imageNet()))
                .preprocessing())
        .isEmpty();
  }

  @Test
  void damagedMetadataIsRefusedWhenItIsAskedFor() {
    try (Colors net = colors()) {
      net.parameters().metadata("blockwork.preprocessing", "{\"mean\": 1}");
      assertThat(assertThrows(WeightsException.class, net::preprocessing))
          .hasMessageThat()
          .contains("blockwork.preprocessing in the metadata of the weights is damaged: {");
      net.parameters().metadata("blockwork.classes", "[1, 2, 3]");
      assertThrows(WeightsException.class, net::classNames);
    }
  }

  @Test
  void dataIsHeldAgainstTheNetworkBeforeTheFirstStep() {
    Pipeline prepared = Pipeline.of(PREPARED);
    try (FourColors four = Networks.create(FourColors.class, TinyNetworks.options());
        Colors net = colors()) {
      assertThat(refused(four, photos(prepared)))
          .isEqualTo(
              "ModelCardTest_FourColors tells 4 classes apart, but the training data has 3: blue sky, grass"
                  + " \"green\", rose\n"
                  + "  fix: declare the network with classes = 3, or give data.withClasses(names) a"
                  + " name for each class of the network");
      List<String> five = List.of("a", "blue sky", "grass \"green\"", "rose", "z");
      assertThat(refused(net, photos(prepared).withClasses(five)))
          .contains(
              "ModelCardTest_Colors tells 3 classes apart, but the training data has 5: a, blue sky,");
      assertThat(refused(net, photos(Pipeline.of(new CenterCrop(12), Normalize.imageNet()))))
          .startsWith(
              "ModelCardTest_Colors takes images of 3 x 16 x 16 (channels, height, width), but those of the"
                  + " training data are 3 x 12 x 12 ("
                  + folder.resolve("photos").resolve("blue sky").resolve("0.png"));
      new ModelCard(List.of("rose", "grass \"green\"", "blue sky"), Optional.empty())
          .describe(net.parameters());
      assertThat(refused(net, photos(prepared)))
          .isEqualTo(
              "ModelCardTest_Colors: its weights know the classes of the training data in another order\n"
                  + "  weights: rose, grass \"green\", blue sky\n"
                  + "  data:    blue sky, grass \"green\", rose\n"
                  + "  fix: data.withClasses(net.classNames()) numbers them alike");
    }
  }

  private static String refused(ImageClassifier net, Dataset data) {
    try (DataLoader loader = DataLoader.of(data).batchSize(4).workers(1).build()) {
      return String.valueOf(
          assertThrows(
                  IllegalArgumentException.class,
                  () -> Trainer.of(net).epochs(1).progress(false).fit(loader))
              .getMessage());
    }
  }

  @Test
  void whatLooksWrongIsTold() {
    List<String> notes = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onNote(String text) {
            notes.add(text);
          }
        };
    try (TinyNetworks.Residual net =
            Networks.create(TinyNetworks.Residual.class, TinyNetworks.options());
        DataLoader bytes =
            DataLoader.of(
                    io.blockwork.data.ArrayDataset.of(
                        Nd4j.arange(2 * 64)
                            .reshape(2, 1, 8, 8)
                            .castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT)
                            .muli(3),
                        List.of("x", "y", "z"),
                        0,
                        1))
                .batchSize(2)
                .build()) {
      new ModelCard(List.of("a", "b", "c"), Optional.empty()).describe(net.parameters());
      Trainer.of(net).epochs(1).progress(false).listener(listener).fit(bytes);
      assertThat(notes)
          .containsExactly(
              "TinyNetworks_Residual: its weights were trained on other classes than the data has; they are"
                  + " learnt anew\n"
                  + "  weights: a, b, c\n"
                  + "  data:    x, y, z",
              "the image of item 0 has values of up to 189: they look like bytes that nothing has"
                  + " scaled; divide them by 255, and normalise them (Normalize)")
          .inOrder();
      assertThat(net.classNames()).containsExactly("x", "y", "z").inOrder();
    }
  }

  @Test
  void aStepWithoutATrainingPassIsRefused() {
    try (Colors net = colors()) {
      Optimizer optimizer = Optimizer.of(net, new Momentum(0.1, 0.9));
      assertThat(assertThrows(IllegalStateException.class, optimizer::step))
          .hasMessageThat()
          .isEqualTo(
              "ModelCardTest_Colors has no gradients yet: call net.train(images, loss) before step()");
    }
  }

  @Test
  void settingsOutOfRangeAreRefusedWhereTheyAreMade() {
    try (Colors net = colors()) {
      Trainer trainer = Trainer.of(net);
      List<Runnable> wrong =
          List.of(
              () -> trainer.epochs(-1),
              () -> trainer.weightDecay(-1),
              () -> trainer.decoupledWeightDecay(Double.NaN),
              () -> trainer.clipNorm(0),
              () -> trainer.labelSmoothing(1),
              () -> trainer.averageWeights(1),
              () -> trainer.sharpnessAware(0),
              () -> trainer.lookahead(5, 0),
              () -> trainer.freezeUntil(0, "layer1"),
              () -> trainer.accumulate(0));
      for (Runnable each : wrong) {
        assertThat(assertThrows(IllegalArgumentException.class, each::run))
            .hasMessageThat()
            .contains("expected");
      }
    }
  }

  @Test
  void freezingAndLoadingTakeNamesAlike() {
    Path file = folder.resolve("weights.safetensors");
    try (Colors net = colors()) {
      Weights.save(net.parameters(), file);
      for (String name : List.of("layer2", "layer2.")) {
        net.freeze(name);
        assertThat(net.frozen()).containsExactly("layer2");
        try (Weights weights = Weights.open(file)) {
          var report = net.parameters().load(weights.ignoring(name, "fc.bias"));
          assertThat(report.ignored()).contains("layer2.0.conv1.weight");
          assertThat(report.ignored()).contains("fc.bias");
          assertThat(report.loaded()).contains("fc.weight");
          report = net.parameters().load(weights.renaming(name, "fc").lenient());
          assertThat(report.unexpected()).contains("layer2.0.conv1.weight");
        }
      }
      IllegalArgumentException frozen =
          assertThrows(IllegalArgumentException.class, () -> net.freeze("layer2.0.conv3"));
      assertThat(frozen).hasMessageThat().contains("; the nearest is layer2.0.conv");
      try (Weights weights = Weights.open(file)) {
        WeightsException e =
            assertThrows(
                WeightsException.class, () -> net.parameters().load(weights.ignoring("layr2")));
        assertThat(e)
            .hasMessageThat()
            .contains(
                "ignoring(\"layr2\") names nothing in the network or the file; the nearest is");
      }
    }
  }

  @Test
  void loadedWeightsTellWhetherAPictureHasOneClassOrSeveral() {
    Path several = folder.resolve("several.safetensors");
    Path one = folder.resolve("one.safetensors");
    Path picture = folder.resolve("photos").resolve(CLASSES.get(0)).resolve("1.png");
    List<Prediction> expected;
    try (Colors net = colors()) {
      new ModelCard(CLASSES, Optional.of(PREPARED)).describe(net.parameters());
      Weights.save(net.parameters(), one);
      new ModelCard(Optional.empty(), CLASSES, Optional.of(PREPARED), Task.MULTI_LABEL)
          .describe(net.parameters());
      expected = net.classify(picture);
      Weights.save(net.parameters(), several);
    }
    try (Colors net = colors();
        FourColors other = Networks.create(FourColors.class, TinyNetworks.options())) {
      try (Weights weights = Weights.open(several)) {
        net.parameters().load(weights);
        assertThat(net.classify(picture)).isEqualTo(expected);
        other.parameters().load(weights.replacingHeads());
        assertThat(ModelCard.of(other.parameters()).task()).isEqualTo(Task.SINGLE_LABEL);
      }
      try (Weights weights = Weights.open(one)) {
        net.parameters().load(weights);
        double sum = net.classify(picture).stream().mapToDouble(Prediction::probability).sum();
        assertThat(sum).isWithin(1e-6).of(1);
      }
    }
  }

  @Test
  void aClosedNetworkStillTellsItsArchitecture() {
    Colors net = colors();
    net.close();
    assertThat(net.architecture().name()).isEqualTo("ModelCardTest_Colors");
    assertThat(net.summary()).startsWith("ModelCardTest_Colors\n");
    assertThat(net.classes()).isEqualTo(3);
    assertThrows(IllegalStateException.class, net::parameters);
  }

  @Test
  void parametersTakePlainNumbers() {
    try (Colors net = colors()) {
      net.parameters().set("fc.bias", 1, -2, 0.5);
      assertThat(net.parameters().get("fc.bias").toDoubleVector())
          .usingTolerance(0)
          .containsExactly(1, -2, 0.5)
          .inOrder();
      assertThat(assertThrows(RuntimeException.class, () -> net.parameters().set("fc.bias", 1, 2)))
          .hasMessageThat()
          .isEqualTo("fc.bias: expected 3 values for its shape [3], got 2");
    }
  }
}
