package io.blockwork.engine;

import static com.google.common.truth.Truth.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

@DisplayName("Engines are found by their services and chosen by options")
final class EnginesTest {
  private static final String SERVICE = "META-INF/services/" + EngineProvider.class.getName();

  @TempDir Path folder;

  /** An engine that another artifact might bring. */
  public static final class ToyProvider implements EngineProvider {
    @Override
    public String name() {
      return "toy";
    }

    @Override
    public int rank() {
      return -1;
    }

    @Override
    public boolean runs(DataType type) {
      return type == DataType.FLOAT;
    }

    @Override
    public Optional<String> unavailable() {
      return Optional.empty();
    }

    @Override
    public Engine create(EngineOptions options) {
      return new Toy();
    }
  }

  /** The fastest there is, on a machine that lacks its library. */
  public static final class LackingProvider implements EngineProvider {
    @Override
    public String name() {
      return "lacking";
    }

    @Override
    public int rank() {
      return Integer.MAX_VALUE;
    }

    @Override
    public boolean runs(DataType type) {
      return true;
    }

    @Override
    public Optional<String> unavailable() {
      return Optional.of("libtoy.so was not found");
    }

    @Override
    public Engine create(EngineOptions options) {
      throw new IllegalStateException("libtoy.so was not found");
    }
  }

  private static final class Toy implements Engine {
    @Override
    public String name() {
      return "toy";
    }

    @Override
    public BoundInference bindInference(
        Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
      throw new UnsupportedOperationException("a toy");
    }

    @Override
    public BoundTraining bindTraining(
        Parameters parameters,
        Gradients gradients,
        int batch,
        TrainingSettings settings,
        Function<TrainingBinder, TrainingPass> network) {
      throw new UnsupportedOperationException("a toy");
    }
  }

  /** Calls in a thread whose context class loader is the given one, or none. */
  private static <T> T inThread(Optional<ClassLoader> context, Callable<T> call) throws Exception {
    FutureTask<T> task = new FutureTask<>(call);
    Thread thread = new Thread(task);
    thread.setContextClassLoader(context.orElse(null));
    thread.start();
    return task.get();
  }

  private URLClassLoader withService(String text) throws IOException {
    Path file = folder.resolve(SERVICE);
    Files.createDirectories(file.resolveSibling(""));
    Files.writeString(file, text);
    return new URLClassLoader(
        new URL[] {folder.toUri().toURL()}, EnginesTest.class.getClassLoader());
  }

  private static Engine create(EngineOptions options) {
    return Engines.create(options, DataType.FLOAT);
  }

  @Test
  void theFastestThatRunsTheNetworkIsTheDefault() {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    assertThat(create(EngineOptions.defaults())).isInstanceOf(OneDnnEngine.class);
    assertThat(Engines.create(EngineOptions.defaults(), DataType.DOUBLE))
        .isInstanceOf(Nd4jEngine.class);
  }

  @Test
  void aThreadWithoutAContextClassLoaderFindsThem() throws Exception {
    Engine engine = inThread(Optional.empty(), () -> Engines.named("nd4j"));
    assertThat(engine.name()).isEqualTo("nd4j");
  }

  @Test
  void anotherArtifactBringsOne() throws Exception {
    try (URLClassLoader plugin = withService(ToyProvider.class.getName())) {
      Engine engine = inThread(Optional.of(plugin), () -> create(EngineOptions.named("toy")));
      assertThat(engine.name()).isEqualTo("toy");
      // Without its loader it is not there, and the message says which are.
      var unknown =
          assertThrows(IllegalArgumentException.class, () -> create(EngineOptions.named("toy")));
      assertThat(unknown).hasMessageThat().isEqualTo("engine: expected nd4j or onednn, got toy");
    }
  }

  @Test
  void aBrokenArtifactHidesNoOther() throws Exception {
    String services = "no.such.Provider\n" + ToyProvider.class.getName() + "\n";
    try (URLClassLoader plugin = withService(services)) {
      for (String name : List.of("toy", "nd4j")) {
        Engine engine = inThread(Optional.of(plugin), () -> create(EngineOptions.named(name)));
        assertThat(engine.name()).isEqualTo(name);
      }
    }
  }

  /** A service that makes a network for each request would fill its log otherwise. */
  @Test
  void anEngineThatTheMachineLacksIsToldOnceAProcess() throws Exception {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream usual = System.err;
    try (URLClassLoader plugin = withService(LackingProvider.class.getName())) {
      System.setErr(new PrintStream(log, true, UTF_8));
      for (int i = 0; i < 3; i++) {
        Engine engine =
            inThread(Optional.of(plugin), () -> create(EngineOptions.defaults().threads(1)));
        assertThat(engine.name()).isNotEqualTo("lacking");
      }
    } finally {
      System.setErr(usual);
    }
    List<String> told = log.toString(UTF_8).lines().filter(line -> line.contains("toy")).toList();
    assertThat(told).hasSize(1);
    assertThat(told.get(0))
        .contains("lacking cannot be loaded: libtoy.so was not found; using the slower engine ");
  }

  /** The class path without the file that names the engines, as in a badly packed jar. */
  private static final class WithoutServices extends URLClassLoader {
    WithoutServices() throws MalformedURLException {
      super(urls(), ClassLoader.getPlatformClassLoader());
    }

    private static URL[] urls() throws MalformedURLException {
      List<URL> urls = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
        urls.add(Path.of(entry).toUri().toURL());
      }
      return urls.toArray(URL[]::new);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.equals(SERVICE) ? Collections.emptyEnumeration() : super.getResources(name);
    }
  }

  @Test
  void noneFoundIsOneMessage() throws Exception {
    try (WithoutServices alone = new WithoutServices()) {
      Class<?> engines = alone.loadClass(Engines.class.getName());
      InvocationTargetException thrown =
          inThread(
              Optional.empty(),
              () ->
                  assertThrows(
                      InvocationTargetException.class,
                      () -> engines.getMethod("named", String.class).invoke(null, "nd4j")));
      assertThat(thrown.getCause()).isInstanceOf(IllegalStateException.class);
      assertThat(thrown.getCause())
          .hasMessageThat()
          .startsWith("no engine was found. Engines are named in " + SERVICE + ", and ");
    }
  }

  @Test
  void anEngineSaysWhatItCannotDo() {
    var options = EngineOptions.named("nd4j").precision(Precision.BFLOAT16);
    var half = assertThrows(UnsupportedOperationException.class, () -> create(options));
    assertThat(half).hasMessageThat().contains("nd4j computes in double");
    for (String name : List.of("nd4j", "onednn")) {
      assumeTrue(name.equals("nd4j") || OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
      var second = EngineOptions.named(name).device(1);
      var device = assertThrows(UnsupportedOperationException.class, () -> create(second));
      assertThat(device).hasMessageThat().contains(name + " runs on the processor");
    }
  }

  @Test
  void whatNoEngineCanDoIsToldOfEach() {
    var second = EngineOptions.defaults().device(1);
    var thrown =
        assertThrows(
            UnsupportedOperationException.class, () -> Engines.create(second, DataType.DOUBLE));
    assertThat(thrown)
        .hasMessageThat()
        .isEqualTo(
            "no engine here runs a network of type DOUBLE with these options (nd4j: nd4j runs on the processor, which is its device 0: it has no device 1)");
  }

  @Test
  void anEngineThatCannotRunTheTypeIsNotChosenByName() {
    var thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> Engines.create(EngineOptions.named("onednn"), DataType.DOUBLE));
    assertThat(thrown)
        .hasMessageThat()
        .isEqualTo(
            "the engine onednn does not run networks of type DOUBLE; choose another data type, or another engine (nd4j)");
  }

  @Test
  void aPrecisionThatTheProcessorLacksIsNotEmulatedUnasked() {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    EngineOptions half = EngineOptions.named("onednn").precision(Precision.BFLOAT16);
    if (!OneDnnEngine.isNative(Precision.BFLOAT16)) {
      assertThrows(UnsupportedOperationException.class, () -> create(half));
    }
    OneDnnEngine engine = (OneDnnEngine) create(half.emulated(true));
    assertThat(engine.precision()).isEqualTo(Precision.BFLOAT16);
  }

  @Test
  void numbersThatMakeNoSenseAreRefused() {
    EngineOptions options = EngineOptions.defaults();
    assertThat(assertThrows(IllegalArgumentException.class, () -> options.threads(0)))
        .hasMessageThat()
        .isEqualTo("threads: expected at least 1, got 0");
    assertThat(assertThrows(IllegalArgumentException.class, () -> options.device(-1)))
        .hasMessageThat()
        .isEqualTo("device: expected 0 or more, got -1");
  }

  @Test
  void optionsSaveWhatTheyWereGiven() {
    Tuning tuning = Tuning.inMemory();
    EngineOptions options =
        EngineOptions.named("onednn")
            .precision(Precision.BFLOAT16)
            .emulated(true)
            .threads(3)
            .device(0)
            .kernels(Kernels.DIRECT)
            .deterministic(true)
            .tuning(tuning);
    assertThat(options)
        .isEqualTo(
            new EngineOptions(
                Optional.of("onednn"),
                Precision.BFLOAT16,
                true,
                Optional.of(3),
                Optional.of(0),
                Kernels.DIRECT,
                true,
                Optional.empty(),
                Optional.of(tuning)));
  }
}
