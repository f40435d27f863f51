package io.blockwork.spark.cluster;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * A standalone master, two workers of one core each and drivers, as processes of their own on the
 * loopback. The executors get the jars that go on a cluster, and Spark's.
 */
final class Cluster implements AutoCloseable {
  private static final List<String> TEST_LIBRARIES =
      List.of("junit-", "surefire", "opentest4j", "apiguardian");
  private static final String HEAP = "-Xmx256m";
  private static final List<String> NATIVE =
      List.of("-Dorg.bytedeco.javacpp.maxbytes=3g", "-Dorg.bytedeco.javacpp.maxphysicalbytes=8g");

  /**
   * How the processes run.
   *
   * @param jvm options of every JVM
   * @param heap a driver's option for its heap
   * @param prefix of a worker's command, which the worker's number follows; empty: none
   */
  record Settings(List<String> jvm, String heap, List<String> prefix) {
    /** For tests: starts twice as fast, and is fast enough at nothing else. */
    static Settings light() {
      return new Settings(
          List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), "-Xmx1g", List.of());
    }

    /** For measuring: each worker, and the executors that it starts, has a core of its own. */
    static Settings pinned() {
      return new Settings(List.of(), "-Xmx4g", List.of("taskset", "-c"));
    }
  }

  private final Path folder;
  private final Settings settings;

  /** What Spark's scripts know it by; its path is in the command of each executor. */
  private final Path home;

  private final List<Path> ours = new ArrayList<>();
  private final List<Path> spark = new ArrayList<>();
  private final List<ChildProcess> children = new ArrayList<>();
  private final Map<Integer, ChildProcess> workers = new HashMap<>();
  private final String url;

  /**
   * Starts a master and two workers, and waits until they have met.
   *
   * @param folder empty; the caller deletes it
   */
  Cluster(Path folder, Settings settings) throws IOException, InterruptedException {
    this.folder = folder;
    this.settings = settings;
    this.home = folder.resolve("home");
    divideClassPath();
    writeHome();
    String line =
        start(
                List.of(),
                List.of(HEAP, "-Dspark.master.rest.enabled=false"),
                spark,
                "org.apache.spark.deploy.master.Master",
                address("127.0.0.1"))
            .await("Starting Spark master at ");
    this.url = line.substring(line.indexOf("spark://")).trim();
    startWorker(0);
    startWorker(1);
  }

  private static List<String> address(String host) {
    return List.of("--host", host, "--port", "0", "--webui-port", "0");
  }

  /** Executors get what is in this folder: one jar that names Spark's. */
  private void writeHome() throws IOException {
    Path jars = Files.createDirectories(home.resolve("jars"));
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(
            Attributes.Name.CLASS_PATH,
            String.join(" ", spark.stream().map(jar -> jar.toUri().toString()).toList()));
    new JarOutputStream(Files.newOutputStream(jars.resolve("spark.jar")), manifest).close();
  }

  /**
   * Tells the jars that go on a cluster, which the build lists, from Spark's, which are all others.
   */
  private void divideClassPath() throws IOException {
    List<String> given =
        List.of(
            Files.readString(Path.of(System.getProperty("blockwork.cluster.classpath", "")))
                .trim()
                .split(File.pathSeparator));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      String name = path.getFileName().toString();
      if (Files.isDirectory(path)) {
        ours.add(jar(path));
      } else if (given.contains(entry) || name.startsWith("blockwork-")) {
        ours.add(path);
      } else if (TEST_LIBRARIES.stream().noneMatch(name::startsWith)) {
        spark.add(path);
      }
    }
  }

  private Path jar(Path classes) throws IOException {
    Path jar = folder.resolve("classes" + ours.size() + ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, out);
        out.closeEntry();
      }
    }
    return jar;
  }

  private ChildProcess start(
      List<String> prefix,
      List<String> options,
      List<Path> classPath,
      String main,
      List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("blockwork.spark.options", "").split(" ")));
    command.addAll(settings.jvm());
    command.addAll(options);
    // With the tests come the log's settings, and the class that watches over the process.
    Stream<Path> entries = Stream.concat(classPath.stream(), Stream.of(tests()));
    command.add("-Dlog4j2.configurationFile=log4j2-cluster.properties");
    command.add("-cp");
    command.add(String.join(File.pathSeparator, entries.map(Path::toString).toList()));
    command.add(Child.class.getName());
    command.add(main);
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.put("SPARK_HOME", home.toString());
    environment.put("SPARK_SCALA_VERSION", "2.13");
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    environment.put("OMP_WAIT_POLICY", "passive");
    environment.remove("JAVA_TOOL_OPTIONS");
    ChildProcess child = new ChildProcess(builder);
    children.add(child);
    return child;
  }

  /** Where the compiled tests are. */
  static Path tests() {
    try {
      return Path.of(Cluster.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> prefix(int number) {
    List<String> prefix = new ArrayList<>(settings.prefix());
    if (!prefix.isEmpty()) {
      prefix.add(Integer.toString(number));
    }
    return prefix;
  }

  /** Starts a worker, the first one of its number or in place of one that was killed. */
  void startWorker(int number) throws IOException, InterruptedException {
    // Spark tells machines apart by their names: a task is not started again beside itself.
    List<String> arguments = new ArrayList<>(address("127.0.0." + (number + 1)));
    arguments.addAll(List.of("--cores", "1", "--memory", "4g"));
    arguments.addAll(List.of("--work-dir", folder.resolve("work" + number).toString(), url));
    ChildProcess worker =
        start(
            prefix(number),
            List.of(HEAP),
            spark,
            "org.apache.spark.deploy.worker.Worker",
            arguments);
    worker.await("Successfully registered with master");
    workers.put(number, worker);
  }

  /**
   * Kills the worker that started an executor.
   *
   * @return its number
   */
  int killWorkerOf(long executor) throws InterruptedException {
    for (Map.Entry<Integer, ChildProcess> each : workers.entrySet()) {
      if (each.getValue().started(executor)) {
        each.getValue().kill();
        return each.getKey();
      }
    }
    throw new AssertionError("no worker has the executor " + executor);
  }

  /**
   * Starts a driver.
   *
   * @param goes which of our jars, by their file names, the executors get
   * @param settings of Spark
   * @param main its main class, of the tests
   */
  ChildProcess driver(
      Predicate<String> goes, Map<String, String> settings, Class<?> main, String... arguments)
      throws IOException {
    Map<String, String> all = new HashMap<>();
    all.put("spark.master", url);
    all.put("spark.app.name", main.getSimpleName());
    all.put("spark.driver.host", "127.0.0.1");
    all.put("spark.driver.bindAddress", "127.0.0.1");
    all.put("spark.ui.enabled", "false");
    all.put("spark.executor.memory", "512m");
    all.put("spark.executor.cores", "1");
    all.put("spark.locality.wait", "0");
    // Executors and workers are gone when their connections are, not when they are slow.
    all.put("spark.network.timeout", ChildProcess.SECONDS + "s");
    all.put("spark.files.useFetchCache", "false");
    all.put("spark.scheduler.minRegisteredResourcesRatio", "1");
    all.put("spark.scheduler.maxRegisteredResourcesWaitingTime", ChildProcess.SECONDS + "s");
    all.put(
        "spark.executor.extraJavaOptions",
        String.join(" ", this.settings.jvm()) + " " + String.join(" ", NATIVE));
    all.put(
        "spark.jars",
        String.join(
            ",",
            ours.stream()
                .filter(jar -> goes.test(jar.getFileName().toString()))
                .map(jar -> "local:" + jar)
                .toList()));
    all.putAll(settings);
    List<String> options = new ArrayList<>(NATIVE);
    options.add(this.settings.heap());
    all.forEach((key, value) -> options.add("-D" + key + "=" + value));
    return start(List.of(), options, driverClassPath(), main.getName(), List.of(arguments));
  }

  /** Starts a program of the tests without Spark, where the first worker is. */
  ChildProcess pinned(Class<?> main, String... arguments) throws IOException {
    return start(prefix(0), NATIVE, driverClassPath(), main.getName(), List.of(arguments));
  }

  private List<Path> driverClassPath() {
    return Stream.concat(spark.stream(), ours.stream()).toList();
  }

  /** Ends all processes, those too whose worker was killed, and waits until they are gone. */
  @Override
  public void close() throws InterruptedException {
    for (ChildProcess child : children) {
      child.kill();
    }
    for (ProcessHandle executor : executors()) {
      executor.destroyForcibly();
      try {
        executor.onExit().get(ChildProcess.SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        throw new IllegalStateException("the executor " + executor.pid() + " does not end", e);
      }
    }
  }

  /** The executors that are alive, whichever process has started them. */
  List<ProcessHandle> executors() {
    return executors(home.toString());
  }

  /** The executors of a cluster that is known by its {@code SPARK_HOME}. */
  static List<ProcessHandle> executors(String home) {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains(home + "/jars/"))
        .toList();
  }
}
