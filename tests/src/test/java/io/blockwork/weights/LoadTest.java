package io.blockwork.weights;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import io.blockwork.parameters.ParameterSource;
import io.blockwork.parameters.Parameters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Loading is strict and all or nothing, and says exactly what it left out when relaxed. */
class LoadTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny-resnet-zip.pth",
        "tiny-resnet-legacy.pth",
        "tiny-resnet.safetensors",
        "tiny-resnet-dataparallel.pth"
      })
  void loadsEverySampleCompletely(String file) {
    Parameters parameters = Samples.tiny();
    long version = parameters.version();
    try (Weights weights = Weights.open(Samples.path(file))) {
      LoadReport report = parameters.load(weights);
      assertThat(report.complete()).isTrue();
      assertThat(report.loaded()).isEqualTo(parameters.names());
      assertThat(parameters.version()).isGreaterThan(version);
      for (String name : parameters.names()) {
        String source = weights.has(name) ? name : "module." + name;
        assertThat(parameters.get(name)).isEqualTo(weights.get(source));
      }
    }
    assertThat(parameters.get("fc.bias").getDouble(0)).isEqualTo(-0.07730089128017426);
  }

  @Test
  void convertsHalfToTheNetworksTypeExactly() {
    for (DataType dataType : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      Parameters parameters = Samples.tiny(dataType);
      try (Weights weights = Weights.open(Samples.path("tiny-resnet-half.pth"))) {
        assertThat(parameters.load(weights).complete()).isTrue();
      }
      assertThat(parameters.get("fc.bias").getDouble(0)).isEqualTo(-0.0772705078125);
      assertThat(parameters.get("conv1.weight").getDouble(2)).isEqualTo(-0.025543212890625);
    }
  }

  @Test
  void convertsBetweenFloatAndDouble() {
    Parameters wide = Samples.tiny(DataType.DOUBLE);
    try (Weights weights = Weights.open(Samples.path("tiny-resnet-zip.pth"))) {
      wide.load(weights);
    }
    Weights.save(wide, folder.resolve("wide.safetensors"));
    Parameters narrow = Samples.tiny();
    try (Weights weights = Weights.open(folder.resolve("wide.safetensors"))) {
      assertThat(weights.dataType("fc.bias")).isEqualTo(DataType.DOUBLE);
      narrow.load(weights);
    }
    assertThat(narrow.get("conv1.weight").castTo(DataType.DOUBLE))
        .isEqualTo(wide.get("conv1.weight"));
  }

  @Test
  void listsAllMisfitsTogetherAndChangesNothing() {
    List<ParameterInfo> entries = new ArrayList<>();
    for (ParameterInfo info : Samples.tiny().entries()) {
      switch (info.name()) {
        case "fc.weight" -> entries.add(Samples.info("fc.weight", List.of(7, 8)));
        case "layer1.0.conv1.weight" ->
            entries.add(Samples.info("layer1.0.convA.weight", info.shape()));
        default -> entries.add(info);
      }
    }
    Parameters parameters = new Parameters(entries, DataType.FLOAT);
    parameters.write(memory -> memory.flat().assign(5));
    long version = parameters.version();
    try (Weights weights = Weights.open(Samples.path("tiny-resnet-zip.pth"))) {
      WeightsException error = assertThrows(WeightsException.class, () -> parameters.load(weights));
      assertThat(error).hasMessageThat().contains("nothing was loaded");
      assertThat(error).hasMessageThat().contains("1 missing in the file:");
      assertThat(error)
          .hasMessageThat()
          .contains("layer1.0.conv1.weight (nearest: layer1.0.convA.weight)");
      assertThat(error).hasMessageThat().contains("fc.weight: [3, ");
      assertThat(error).hasMessageThat().contains("in the file, [7, 8] in the network");
      assertThat(parameters.version()).isEqualTo(version);
      assertThat(parameters.flat().minNumber().doubleValue()).isEqualTo(5);
      assertThat(parameters.flat().maxNumber().doubleValue()).isEqualTo(5);

      LoadReport report = parameters.load(weights.lenient());
      assertThat(report.missing()).containsExactly("layer1.0.convA.weight");
      assertThat(report.unexpected()).containsExactly("layer1.0.conv1.weight");
      assertThat(report.misfits()).hasSize(1);
      assertThat(report.complete()).isFalse();
      assertThat(report.toString()).contains("1 not in the network: layer1.0.conv1.weight");
      assertThat(parameters.get("fc.weight").minNumber().doubleValue()).isEqualTo(5);
    }
  }

  @Test
  void leavesOutAnotherHead() {
    Parameters parameters = withHead("fc", 10);
    try (Weights weights = Weights.open(Samples.path("tiny-resnet-zip.pth"))) {
      LoadReport report = parameters.load(weights.ignoring("fc."));
      assertThat(report.ignored()).containsExactly("fc.weight", "fc.bias");
      assertThat(report.loaded()).hasSize(36);
      assertThat(report.missing()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "classifier", "head"})
  void bridgesTheNameOfTheHead(String head) {
    Parameters parameters = withHead(head, 3);
    try (Weights weights = Weights.open(Samples.path("tiny-resnet-zip.pth"))) {
      LoadReport report = parameters.load(weights);
      assertThat(report.renamed())
          .containsExactly("fc.weight", head + ".weight", "fc.bias", head + ".bias");
      assertThat(parameters.get(head + ".bias")).isEqualTo(weights.get("fc.bias"));
    }
  }

  @Test
  void renamesByAFunction() {
    SafetensorsWriter writer = new SafetensorsWriter();
    Parameters parameters = Samples.tiny();
    try (Weights weights = Weights.open(Samples.path("tiny-resnet-zip.pth"))) {
      parameters.load(weights);
    }
    parameters.names().forEach(n -> writer.tensor("backbone/" + n, parameters.get(n)));
    Path file = folder.resolve("renamed.safetensors");
    writer.write(file);
    Parameters other = Samples.tiny();
    try (Weights weights = Weights.open(file)) {
      assertThrows(WeightsException.class, () -> other.load(weights));
      other.load(weights.renaming(n -> n.replace("backbone/", "")));
      assertThat(other.flat()).isEqualTo(parameters.flat());
      WeightsException clash =
          assertThrows(
              WeightsException.class, () -> other.load(weights.renaming(n -> "conv1.weight")));
      assertThat(clash).hasMessageThat().contains("both be loaded as conv1.weight");
    }
  }

  @Test
  void readsTheOldNamesOfDenseNets() {
    String layer = "features.denseblock1.denselayer1.";
    List<ParameterInfo> entries =
        List.of(
            Samples.info(layer + "norm1.weight", List.of(4)),
            Samples.info(layer + "conv2.weight", List.of(2, 4, 3, 3)),
            Samples.info("classifier.weight", List.of(3, 4)));
    INDArray norm = Nd4j.rand(DataType.FLOAT, 4);
    INDArray conv = Nd4j.rand(DataType.FLOAT, 2, 4, 3, 3);
    Path file = folder.resolve("old.safetensors");
    new SafetensorsWriter()
        .tensor(layer + "norm.1.weight", norm)
        .tensor(layer + "conv.2.weight", conv)
        .tensor("classifier.weight", Nd4j.rand(DataType.FLOAT, 3, 4))
        .write(file);
    Parameters parameters = new Parameters(entries, DataType.FLOAT);
    try (Weights weights = Weights.open(file)) {
      assertThat(parameters.load(weights).complete()).isTrue();
    }
    assertThat(parameters.get(layer + "norm1.weight")).isEqualTo(norm);
    assertThat(parameters.get(layer + "conv2.weight")).isEqualTo(conv);
  }

  @Test
  void toleratesMissingBatchCountsOnly() {
    Parameters parameters = Samples.tiny();
    SafetensorsWriter writer = new SafetensorsWriter();
    parameters.names().stream()
        .filter(n -> !n.endsWith("num_batches_tracked"))
        .forEach(n -> writer.tensor(n, parameters.get(n)));
    Path file = folder.resolve("old.safetensors");
    writer.write(file);
    try (Weights weights = Weights.open(file)) {
      LoadReport report = parameters.load(weights);
      assertThat(report.missing()).isNotEmpty();
      assertThat(report.missing().stream().allMatch(n -> n.endsWith("num_batches_tracked")))
          .isTrue();
    }
  }

  @Test
  void refusesWholeNumbersForFloatingPointParameters() {
    Path file = folder.resolve("whole.safetensors");
    new SafetensorsWriter().tensor("bn.weight", Nd4j.zeros(DataType.INT32, 4)).write(file);
    Parameters parameters =
        new Parameters(List.of(Samples.info("bn.weight", List.of(4))), DataType.FLOAT);
    try (Weights weights = Weights.open(file)) {
      WeightsException error = assertThrows(WeightsException.class, () -> parameters.load(weights));
      assertThat(error).hasMessageThat().contains("bn.weight: INT in the file, FLOAT");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"HALF", "FLOAT", "DOUBLE"})
  void takesAStateDictThatWasCastAsAWhole(DataType type) {
    Parameters source = Samples.tiny();
    source.load(new Filled(1.5));
    SafetensorsWriter writer = new SafetensorsWriter();
    for (String name : source.names()) {
      INDArray values =
          name.endsWith("num_batches_tracked") ? Nd4j.scalar(7.0) : source.get(name).castTo(type);
      writer.tensor(name, values.castTo(type));
    }
    Path file = folder.resolve("cast.safetensors");
    writer.write(file);
    Parameters parameters = Samples.tiny();
    try (Weights weights = Weights.open(file)) {
      assertThat(parameters.load(weights).complete()).isTrue();
    }
    assertThat(parameters.get("fc.bias").getDouble(0)).isEqualTo(1.5);
    assertThat(parameters.get("bn1.num_batches_tracked").getLong(0)).isEqualTo(7);
  }

  @Test
  void takesCountsInArraysOfOneAndCountsBeyondHalfPrecision() {
    String name = "bn.num_batches_tracked";
    Parameters parameters = new Parameters(List.of(Samples.info(name, List.of())), DataType.FLOAT);
    Path one = folder.resolve("one.safetensors");
    new SafetensorsWriter().tensor(name, Nd4j.createFromArray(new long[] {9})).write(one);
    try (Weights weights = Weights.open(one)) {
      parameters.load(weights);
    }
    assertThat(parameters.get(name).getLong(0)).isEqualTo(9);
    Path half = folder.resolve("half.safetensors");
    INDArray large = Nd4j.scalar(1e6).castTo(DataType.FLOAT16);
    new SafetensorsWriter().tensor(name, large).write(half);
    try (Weights weights = Weights.open(half)) {
      parameters.load(weights);
    }
    assertThat(parameters.get(name).getLong(0)).isEqualTo(65_504);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "module.",
        "_orig_mod.",
        "module._orig_mod.",
        "_orig_mod.module.",
        "model.",
        "net.",
        "model._orig_mod."
      })
  void bridgesThePrefixesOfToolsAndNamesThem(String prefix) {
    Parameters source = Samples.tiny();
    SafetensorsWriter writer = new SafetensorsWriter();
    source.names().forEach(n -> writer.tensor(prefix + n, source.get(n)));
    Path file = folder.resolve("prefixed.safetensors");
    writer.write(file);
    try (Weights weights = Weights.open(file)) {
      LoadReport report = Samples.tiny().load(weights);
      assertThat(report.complete()).isTrue();
      assertThat(report.prefix()).isEqualTo(prefix);
      assertThat(report.toString()).contains("without the prefix " + prefix);
      Parameters other = withHead("fc", 10);
      var error = assertThrows(WeightsException.class, () -> other.load(weights));
      assertThat(error).hasMessageThat().contains("the prefix " + prefix + " of all names");
    }
  }

  /** Floats are read in pieces of 16,384, and looked at two at a time. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16_383, 16_384, 49_151, 49_152})
  void findsNanWhereverItStands(int place) {
    int length = 3 * 16_384 + 1;
    List<ParameterInfo> layer =
        List.of(new ParameterInfo("fc.weight", Kind.LINEAR_WEIGHT, List.of(1, length)));
    Path file = folder.resolve("large.safetensors");
    INDArray values = Nd4j.ones(DataType.FLOAT, 1, length);
    values.putScalar(place, Float.NaN);
    SafetensorsWriter writer = new SafetensorsWriter();
    writer.tensor("fc.weight", values);
    writer.write(file);
    try (Parameters parameters = new Parameters(layer, DataType.FLOAT);
        Weights weights = Weights.open(file)) {
      var error = assertThrows(WeightsException.class, () -> parameters.load(weights));
      assertThat(error).hasMessageThat().contains("fc.weight: 1 of " + length + " values");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"conv1.weight", "bn1.running_var"})
  void refusesNanAndInfinityUnlessTheyAreAllowed(String name) {
    for (DataType type : List.of(DataType.FLOAT, DataType.FLOAT16, DataType.DOUBLE)) {
      Parameters source = Samples.tiny();
      SafetensorsWriter writer = new SafetensorsWriter();
      for (String each : source.names()) {
        INDArray values = source.get(each);
        if (each.equals(name)) {
          values = values.castTo(type);
          values.putScalar(0, Double.NaN);
          values.putScalar(2, Double.NEGATIVE_INFINITY);
        }
        writer.tensor(each, values);
      }
      Path file = folder.resolve(type + ".safetensors");
      writer.write(file);
      Parameters parameters = Samples.tiny();
      parameters.load(new Filled(5));
      try (Weights weights = Weights.open(file)) {
        var error = assertThrows(WeightsException.class, () -> parameters.load(weights));
        long length = parameters.info(name).length();
        assertThat(error).hasMessageThat().contains(name + ": 2 of " + length + " values");
        assertThat(error).hasMessageThat().contains("allowingNonFinite()");
        assertThat(parameters.get("fc.bias").getDouble(0)).isEqualTo(5);
        assertThat(parameters.load(weights.allowingNonFinite()).complete()).isTrue();
        assertThat(parameters.get(name).getDouble(0)).isNaN();
      }
    }
  }

  @Test
  void refusesDoublesThatAreInfiniteAsFloats() {
    Path file = folder.resolve("large.safetensors");
    INDArray values = Nd4j.createFromArray(1.0, 1e300);
    new SafetensorsWriter().tensor("bn.weight", values).write(file);
    List<ParameterInfo> entries = List.of(Samples.info("bn.weight", List.of(2)));
    try (Weights weights = Weights.open(file)) {
      Parameters narrow = new Parameters(entries, DataType.FLOAT);
      var error = assertThrows(WeightsException.class, () -> narrow.load(weights));
      assertThat(error).hasMessageThat().contains("bn.weight: 1 of 2 values");
      new Parameters(entries, DataType.DOUBLE).load(weights);
    }
  }

  @Test
  void refusesParametersOfTwoGibibytesBeforeTakingMemory() {
    List<ParameterInfo> entries = List.of(Samples.info("fc.weight", List.of(600_000, 512)));
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> new Parameters(entries, DataType.DOUBLE));
    assertThat(error).hasMessageThat().contains("fc.weight has 307200000 values");
    assertThat(error).hasMessageThat().contains("use DataType.FLOAT");
  }

  @Test
  void writesMessagesInTheSameDigitsUnderEveryLocale() {
    Locale before = Locale.getDefault();
    try (Weights weights = Weights.open(Samples.path("tiny-resnet-zip.pth"))) {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      Parameters other = withHead("fc", 10);
      var error = assertThrows(WeightsException.class, () -> other.load(weights));
      assertThat(error).hasMessageThat().contains("2 of another shape or type:");
      assertThat(weights.toString()).contains("38 tensors");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void namesTheNearestParameter() {
    var error =
        assertThrows(NoSuchElementException.class, () -> Samples.tiny().get("conv1.wieght"));
    assertThat(error).hasMessageThat().contains("; the nearest is conv1.weight");
  }

  /** Every value the same, but for counters. */
  private record Filled(double value) implements ParameterSource<Integer> {
    @Override
    public Integer into(Parameters parameters) {
      for (String name : parameters.names()) {
        INDArray values = parameters.get(name);
        parameters.set(name, values.assign(value));
      }
      return parameters.names().size();
    }
  }

  private static Parameters withHead(String head, int classes) {
    List<ParameterInfo> entries = new ArrayList<>();
    for (ParameterInfo info : Samples.tiny().entries()) {
      if (info.name().startsWith("fc.")) {
        List<Integer> shape = new ArrayList<>(info.shape());
        shape.set(0, classes);
        entries.add(Samples.info(info.name().replace("fc.", head + "."), shape));
      } else {
        entries.add(info);
      }
    }
    return new Parameters(entries, DataType.FLOAT);
  }
}
