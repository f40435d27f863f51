package io.blockwork.messages;

import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.ModelCard;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.CifarBinary;
import io.blockwork.data.CsvImages;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.IdxImages;
import io.blockwork.data.ImageFiles;
import io.blockwork.data.ImageFolder;
import io.blockwork.engine.EngineOptions;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.examples.quickstart.DigitsNet;
import io.blockwork.image.Images;
import io.blockwork.image.Preprocessing;
import io.blockwork.loss.Loss;
import io.blockwork.onnx.OnnxNetwork;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import io.blockwork.train.Schedule;
import io.blockwork.train.Trainer;
import io.blockwork.weights.SafetensorsWriter;
import io.blockwork.weights.Weights;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * What everybody does wrong once, and what they are told: what is wrong, where, what was expected,
 * and how to mend it. {@code DIR} stands for the folder that the mistakes are made in. Mistakes in
 * annotations stand in {@code DIAGNOSTICS.md}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MistakesTest {
  @TempDir static Path folder;

  private final List<DynamicTest> mistakes = new ArrayList<>();
  private ResNet20 net;
  private Dataset data;

  @BeforeAll
  void prepare() throws IOException {
    net = Networks.create(ResNet20.class, NetworkOptions.defaults().seed(1));
    Weights.save(net.parameters(), folder.resolve("net.safetensors"));
    Files.writeString(folder.resolve("page.pth"), "<html>not found</html>");
    Files.write(folder.resolve("half.safetensors"), half(folder.resolve("net.safetensors")));
    writeOther();
    for (String name : List.of("photos/cat/1.png", "photos/dog/1.png", "photos/dog/2.png")) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      ImageIO.write(new BufferedImage(40, 36, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    }
    Files.createDirectories(folder.resolve("empty"));
    Files.createDirectories(folder.resolve("photos2/none"));
    Files.writeString(folder.resolve("notes.txt"), "no picture");
    Files.writeString(folder.resolve("numbers.csv"), "1,2,3,a\n1,2,three,a\n");
    data = dataset(IntStream.range(0, 10).mapToObj(String::valueOf).toList(), 0, 1, 2, 3);
  }

  @AfterAll
  void close() {
    net.close();
  }

  /** Weights of a head that is called otherwise and has other classes. */
  private void writeOther() {
    SafetensorsWriter writer = new SafetensorsWriter();
    for (String name : net.parameters().names()) {
      INDArray values = net.parameters().get(name);
      switch (name) {
        case "fc.weight" -> writer.tensor("fc.weights", values);
        case "fc.bias" -> writer.tensor(name, Nd4j.zeros(DataType.FLOAT, 3));
        default -> writer.tensor(name, values);
      }
    }
    new ModelCard(Optional.of("Other"), List.of("a", "b", "c"), Optional.empty())
        .entries()
        .forEach((key, text) -> writer.metadata("blockwork." + key, text));
    writer.write(folder.resolve("other.safetensors"));
  }

  private static byte[] half(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    return java.util.Arrays.copyOf(all, all.length / 2);
  }

  private static ArrayDataset dataset(List<String> names, int... labels) {
    return ArrayDataset.of(Nd4j.rand(DataType.FLOAT, labels.length, 3, 32, 32), names, labels);
  }

  private static INDArray images(long... shape) {
    return Nd4j.rand(DataType.FLOAT, shape);
  }

  private void mistake(String what, Executable code, String told) {
    mistakes.add(
        DynamicTest.dynamicTest(
            what,
            () -> {
              String message =
                  String.valueOf(assertThrows(Throwable.class, code).getMessage())
                      .replace(folder.toString(), "DIR")
                      .replace(Path.of("").toAbsolutePath().toString(), "HERE")
                      .replace("\r\n", "\n");
              assertWithMessage(what).that(message).isEqualTo(told);
            }));
  }

  private void load(String file) {
    try (Weights weights = Weights.open(at(file))) {
      net.parameters().load(weights);
    }
  }

  private Path at(String name) {
    return folder.resolve(name);
  }

  @TestFactory
  List<DynamicTest> mistakes() {
    files();
    pictures();
    shapes();
    names();
    training();
    settings();
    return mistakes;
  }

  private void files() {
    mistake(
        "a weight file that is misspelt",
        () -> Weights.open(at("nett.safetensors")),
        "DIR/nett.safetensors: does not exist; the nearest name there is " + "net.safetensors");
    mistake(
        "a weight file in a folder that is not there",
        () -> Weights.open(at("runs/net.pth")),
        "DIR/runs/net.pth: does not exist; there is no folder DIR/runs either");
    mistake(
        "a relative name",
        () -> Weights.open(Path.of("nowhere-at-all.pth")),
        "nowhere-at-all.pth: does not exist (looked for HERE/nowhere-at-all.pth)");
    mistake(
        "a folder in place of a weight file",
        () -> Weights.open(folder),
        "DIR: is a folder, not a weight file; it holds half.safetensors, "
            + "net.safetensors, other.safetensors, page.pth: open one of them");
    mistake(
        "a folder without weights",
        () -> Weights.open(at("empty")),
        "DIR/empty: is a folder, not a weight file, and holds none");
    mistake(
        "a web page in place of weights",
        () -> Weights.open(at("page.pth")),
        "DIR/page.pth: is not a weight file (PyTorch's .pth, .safetensors or "
            + ".npz): it is text, perhaps a web page or a Git LFS pointer that was "
            + "saved in its place");
    mistake(
        "half a download",
        () -> Weights.open(at("half.safetensors")),
        "DIR/half.safetensors: is cut short or damaged: the data_offsets of "
            + "layer3.1.conv1.weight end at byte 635480 of the values, of which the "
            + "file has only 537352 bytes; copy or download it again");
    mistake(
        "weights to a folder",
        () -> Weights.save(net.parameters(), at("photos")),
        "DIR/photos: is a folder, where a file is to be written; name a file in " + "it");
    mistake(
        "weights below a file",
        () -> Weights.save(net.parameters(), at("notes.txt/net.npz")),
        "DIR/notes.txt/net.npz: cannot be written: DIR/notes.txt is a file, "
            + "where a folder was expected");
    mistake(
        "weights as .pth",
        () -> Weights.save(net.parameters(), at("net.pth")),
        "DIR/net.pth: PyTorch's own format can be read, but not written; save as "
            + ".safetensors or .npz, which Python reads too");
    mistake(
        "an ONNX file that is not there",
        () -> OnnxNetwork.load(at("net.onnx")),
        "DIR/net.onnx: does not exist; put it there, or correct the path");
    mistake(
        "a CSV file that is not there",
        () -> CsvImages.open(at("number.csv"), 1, 3, 1, CsvImages.Label.LAST, List.of("a")),
        "DIR/number.csv: does not exist; the nearest name there is numbers.csv");
    mistake(
        "CIFAR in no such folder",
        () -> CifarBinary.cifar10(at("cifar/data_batch_1.bin")),
        "DIR/cifar/data_batch_1.bin: does not exist; there is no folder " + "DIR/cifar either");
    mistake(
        "MNIST in no such folder",
        () -> IdxImages.mnist(at("mnist/images"), at("mnist/labels")),
        "DIR/mnist/images: does not exist; there is no folder DIR/mnist either");
  }

  private void pictures() {
    mistake(
        "a folder of images without class folders",
        () -> ImageFolder.open(at("photos/dog")),
        "DIR/photos/dog: expected a folder for each class inside, but it holds 2 "
            + "images itself: open its parent DIR/photos if this is the folder of one "
            + "class; ImageFiles.in(folder) takes images without classes");
    mistake(
        "a folder with nothing in it",
        () -> ImageFolder.open(at("empty")),
        "DIR/empty: expected a folder for each class inside, found none");
    mistake(
        "a class without images",
        () -> ImageFolder.open(at("photos2")),
        "DIR/photos2/none: this class has no image (.jpg, .png, ...); add some "
            + "or remove the folder");
    mistake(
        "a folder that is misspelt",
        () -> ImageFolder.open(at("fotos")),
        "DIR/fotos: does not exist; the nearest name there is photos");
    mistake(
        "a file in place of a folder",
        () -> ImageFiles.in(at("notes.txt")),
        "DIR/notes.txt: is a file, where a folder was expected");
    mistake(
        "a picture that is misspelt",
        () -> Images.read(at("photos/cat/one.png")),
        "DIR/photos/cat/one.png: does not exist; the nearest name there is 1.png");
    mistake(
        "a folder in place of a picture",
        () -> Images.read(at("photos")),
        "DIR/photos: is a folder, where a file was expected");
    mistake(
        "a text in place of a picture",
        () -> Images.read(at("notes.txt")),
        "DIR/notes.txt: not an image of a known format (10 bytes); expected JPEG, PNG or one of bmp,"
            + " gif, jpeg, jpg, png, tif, tiff, wbmp");
    mistake(
        "a picture for a network of unknown classes",
        () -> {
          try (var small = Networks.create(DigitsNet.class)) {
            small.classify(at("photos/cat/1.png"));
          }
        },
        "DigitsNet: the names of its 10 classes are not known; load weights that "
            + "tell them, as those that a training run has saved, or call "
            + "classify(image, preprocessing, classNames)");
    mistake(
        "too few names of classes",
        () ->
            net.classify(
                Images.read(at("photos/cat/1.png")),
                Preprocessing.imageNet(32, 32),
                List.of("cat")),
        "expected one class name for each of the 10 logits, got 1 names");
    mistake(
        "a preprocessing of another size",
        () ->
            net.classify(
                Images.read(at("photos/cat/1.png")),
                Preprocessing.imageNet(32, 28),
                net.classNames()),
        "ResNet20: expected images of [3, 32, 32] (channels, height, width), the "
            + "preprocessing made one of [3, 28, 28]; let it resize and crop, as "
            + "Preprocessing.imageNet(37, 32) does");
  }

  private void shapes() {
    mistake(
        "images of another size",
        () -> net.forward(images(1, 3, 28, 28)),
        "ResNet20: expected images [N, 3, 32, 32], got shape [1, 3, 28, 28]; "
            + "resize and crop them to 32 x 32, or declare the network's @Input so");
    mistake(
        "a single image",
        () -> net.forward(images(3, 32, 32)),
        "ResNet20: expected images [N, 3, 32, 32], got shape [3, 32, 32]; a "
            + "single image needs a batch: images.reshape(1, 3, 32, 32)");
    mistake(
        "channels last",
        () -> net.forward(images(2, 32, 32, 3)),
        "ResNet20: expected images [N, 3, 32, 32], got shape [2, 32, 32, 3]; "
            + "channels come first: images.permute(0, 3, 1, 2)");
    mistake(
        "doubles for a network of floats",
        () -> net.forward(Nd4j.zeros(DataType.DOUBLE, 1, 3, 32, 32)),
        "ResNet20: expected images of type FLOAT, got DOUBLE; convert them with "
            + "images.castTo(DataType.FLOAT), or create the network with "
            + "NetworkOptions.dataType");
    mistake(
        "too few numbers",
        () -> net.forward(new float[100]),
        "ResNet20: expected images [N, 3, 32, 32] with N of at least 1, which "
            + "are N x 3072 values, got 100 values");
    mistake(
        "a label that no class has",
        () -> net.train(images(2, 3, 32, 32), Loss.softmaxCrossEntropy(3, 10)),
        "label of image 1: expected a class from 0 to 9, got 10");
    mistake(
        "more labels than images",
        () -> net.train(images(2, 3, 32, 32), Loss.softmaxCrossEntropy(3, 1, 2)),
        "labels: expected 2, one for each image, got 3");
    mistake(
        "a NaN among the images",
        () -> net.forward(images(1, 3, 32, 32).putScalar(0, Float.NaN)),
        "ResNet20: expected images of finite values, but image 0 of the batch "
            + "holds a NaN or an infinity; check how it was read and normalised");
    mistake(
        "a network that is closed",
        () -> {
          var small = Networks.create(DigitsNet.class);
          small.close();
          small.forward(images(1, 3, 16, 16));
        },
        "this DigitsNet is closed: create a new one");
  }

  private void names() {
    mistake(
        "a layer that is misspelt",
        () -> net.freeze("layr3"),
        "freeze: ResNet20 has no layer at or below layr3; the nearest is layer3; "
            + "its layers begin with conv1, bn1, layer1, layer2, layer3, avgpool, fc");
    mistake(
        "a layer with a prefix of PyTorch's",
        () -> net.freeze("module.layer3"),
        "freeze: ResNet20 has no layer at or below module.layer3; the nearest is "
            + "layer3; its layers begin with conv1, bn1, layer1, layer2, layer3, "
            + "avgpool, fc");
    mistake(
        "a parameter that is misspelt",
        () -> net.parameters().get("conv1.weights"),
        "no parameter is called conv1.weights; the nearest is conv1.weight");
    mistake(
        "a parameter without its module",
        () -> net.parameters().get("layer3.conv1.weight"),
        "no parameter is called layer3.conv1.weight; the nearest is " + "layer3.0.conv1.weight");
    mistake(
        "a part to ignore that is misspelt",
        () -> {
          try (Weights w = Weights.open(at("net.safetensors"))) {
            net.parameters().load(w.ignoring("fcc"));
          }
        },
        "DIR/net.safetensors (SAFETENSORS, 116 tensors): ignoring(\"fcc\") names "
            + "nothing in the network or the file; the nearest is fc");
    mistake(
        "a module to rename that is misspelt",
        () -> {
          try (Weights w = Weights.open(at("net.safetensors"))) {
            net.parameters().load(w.renaming("layr3", "layer4"));
          }
        },
        "DIR/net.safetensors (SAFETENSORS, 116 tensors): renaming(\"layr3\", \"layer4\") names "
            + "nothing in the file; the nearest is layer3");
    mistake(
        "a part of a file that has none",
        () -> {
          try (Weights w = Weights.open(at("net.safetensors"))) {
            w.part("ema");
          }
        },
        "DIR/net.safetensors: has no tensors under ema; the file has no parts");
    mistake(
        "a gradient that is misspelt",
        () -> net.gradients().get("layr3.0.conv1.weight"),
        "no learnable parameter is called layr3.0.conv1.weight; the nearest is "
            + "layer3.0.conv1.weight");
    mistake(
        "weights of quite another network",
        () -> {
          try (var small = Networks.create(DigitsNet.class);
              Weights w = Weights.open(at("net.safetensors"))) {
            small.parameters().load(w);
          }
        },
        """
            DIR/net.safetensors (SAFETENSORS, 116 tensors) does not fit the network; nothing was loaded
              the file's weights are of ResNet20, the network is DigitsNet
              5 missing in the file:
                layer2.0.downsample.0.weight
                layer2.0.downsample.1.weight
                layer2.0.downsample.1.bias
                layer2.0.downsample.1.running_mean
                layer2.0.downsample.1.running_var
              60 not in the network:
                layer1.2.conv1.weight
                layer1.2.bn1.weight
                layer1.2.bn1.bias
                layer1.2.bn1.running_mean
                layer1.2.bn1.running_var
                and 55 more
              2 of another shape or type:
                conv1.weight: [16, 3, 3, 3] in the file, [16, 1, 3, 3] in the network
                fc.weight: [10, 64] in the file, [10, 32] in the network
              fix: load weights of this architecture, leave parts out with load(weights.ignoring("fc")), translate names with load(weights.renaming("from", "to")), keep a head of other classes with load(weights.replacingHeads()), or take what fits with load(weights.lenient())""");
    mistake(
        "weights of a network with another head",
        () -> load("other.safetensors"),
        """
            DIR/other.safetensors (SAFETENSORS, 116 tensors) does not fit the network; nothing was loaded
              the file's weights are of Other, the network is ResNet20
              1 missing in the file:
                fc.weight
              1 not in the network:
                fc.weights (nearest: fc.weight)
              1 of another shape or type:
                fc.bias: [3] in the file, [10] in the network
              the classes of the file are ["a","b","c"]
              fix: load weights of this architecture, leave parts out with load(weights.ignoring("fc")), translate names with load(weights.renaming("from", "to")), keep a head of other classes with load(weights.replacingHeads()), or take what fits with load(weights.lenient())""");
    mistake(
        "an engine that is misspelt",
        () ->
            Networks.create(
                ResNet20.class, NetworkOptions.defaults().engine(EngineOptions.named("onedn"))),
        "engine: expected nd4j or onednn, got onedn");
    mistake(
        "an interface without annotation",
        () -> Networks.create(Network.class),
        "io.blockwork.Network has none of the annotations @Model, @ResNet, "
            + "@DenseNet, @ResidualBlock and @DenseBlock: add the one that describes "
            + "the network");
  }

  private void training() {
    DataLoader two =
        DataLoader.of(dataset(List.of("a", "b"), 0, 1)).batchSize(2).workers(0).build();
    DataLoader ten = DataLoader.of(data).batchSize(2).workers(0).build();
    mistake(
        "data of fewer classes",
        () -> Trainer.of(net).fit(two),
        """
            ResNet20 tells 10 classes apart, but the training data has 2: a, b
              fix: declare the network with classes = 2, or give data.withClasses(names) a name for each class of the network""");
    mistake(
        "validation data of other classes",
        () -> Trainer.of(net).fit(ten, two),
        """
            the validation data has other classes than the training data, so equal labels mean different classes
              training:   0, 1, 2, 3, 4, 5, 6, 7, 8, 9
              validation: a, b
              fix: validation.withClasses(training.classNames()) numbers them alike""");
    mistake(
        "a batch larger than the data",
        () -> Trainer.of(net).fit(DataLoader.of(data).batchSize(8).dropLast(true).build()),
        "the training data does not fill a single batch: 4 items, batches of 8 "
            + "(last one left out), seed 0; use more items or a smaller batch");
    mistake(
        "a plateau without validation",
        () -> Trainer.of(net).schedule(Schedule.onPlateau(0.1, 3)).fit(ten),
        "the schedule goes by validation, and there is none: call fit(train, " + "validation)");
    mistake(
        "a step before a pass",
        () -> {
          try (var small = Networks.create(DigitsNet.class)) {
            Optimizer.of(small, new Momentum(0.1, 0.9)).step();
          }
        },
        "DigitsNet has no gradients yet: call net.train(images, loss) before " + "step()");
    mistake(
        "a learning rate that is not a number",
        () -> Trainer.of(net).updater(new org.nd4j.linalg.learning.config.Adam(Double.NaN)),
        "learning rate: expected 0 or more, got NaN");
    mistake(
        "a negative learning rate",
        () -> Optimizer.of(net, new Sgd(-1)),
        "learning rate: expected 0 or more, got -1.0");
    mistake(
        "an updater that ND4J fails to make",
        () -> Trainer.of(net).updater(new AdaBelief()),
        "AdaBelief: this version of ND4J cannot make this updater"
            + " (java.lang.ArrayIndexOutOfBoundsException: Index 1 out of bounds for length 1); use"
            + " Adam or Momentum of io.blockwork.train, or another of"
            + " org.nd4j.linalg.learning.config");
    mistake(
        "an optimizer with an updater that ND4J fails to make",
        () -> Optimizer.of(net, new AdaBelief()),
        "AdaBelief: this version of ND4J cannot make this updater"
            + " (java.lang.ArrayIndexOutOfBoundsException: Index 1 out of bounds for length 1); use"
            + " Adam or Momentum of io.blockwork.train, or another of"
            + " org.nd4j.linalg.learning.config");
    mistake(
        "nothing left to learn",
        () -> {
          net.freeze("conv1", "bn1", "layer1", "layer2", "layer3", "fc");
          try {
            Trainer.of(net).progress(false).fit(ten);
          } finally {
            net.freeze();
          }
        },
        """
            ResNet20: all of its layers are frozen (conv1, bn1, layer1, layer2, layer3, fc), so nothing is left to learn
              fix: freeze fewer of them with freeze("..."), free all with freeze(), or let freezeUntil end in an earlier epoch""");
    mistake(
        "checkpoints below a file",
        () -> Trainer.of(net).progress(false).checkpoints(at("notes.txt/run")).fit(ten),
        "DIR/notes.txt/run: checkpoints cannot be written into this folder: training.lock cannot be"
            + " written: DIR/notes.txt is a file, where a folder was expected");
    mistake(
        "a log below a file",
        () -> Trainer.of(net).progress(false).log(at("notes.txt")).fit(ten),
        "DIR/notes.txt/log.csv: cannot be written: DIR/notes.txt is a file, where a folder was"
            + " expected");
    mistake("epoch 0", () -> ten.epoch(0), "epochs are counted from 1, got 0");
    mistake(
        "weights for other items",
        () -> DataLoader.of(data).weights(1, 2),
        "weights: expected one for each of the 4 items, not all of them 0, got 2 "
            + "with a sum of 3.0");
  }

  private void settings() {
    mistake(
        "a batch of none",
        () -> DataLoader.of(data).batchSize(0),
        "the batch size must be at least 1, got 0");
    mistake(
        "a negative number of epochs",
        () -> Trainer.of(net).epochs(-1),
        "epochs: expected 0 or more, got -1");
    mistake(
        "a momentum of 2",
        () -> new Momentum(0.1, 2),
        "momentum: expected 0 to 1 (exclusive), got 2.0");
    mistake(
        "a smoothing of 1",
        () -> Trainer.of(net).labelSmoothing(1),
        "label smoothing: expected at least 0 and less than 1, got 1.0");
    mistake(
        "no threads",
        () -> EngineOptions.defaults().threads(0),
        "threads: expected at least 1, got 0");
    mistake(
        "a network of integers",
        () -> NetworkOptions.defaults().dataType(DataType.INT32),
        "data type: expected FLOAT or DOUBLE, got INT");
    mistake(
        "a part of the data that it does not have",
        () -> data.subset(1, 4),
        "subset: expected items from 0 to 3, got item 4");
  }
}
