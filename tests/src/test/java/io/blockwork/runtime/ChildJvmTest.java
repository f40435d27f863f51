package io.blockwork.runtime;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.engine.x86.MachineCode;
import io.blockwork.jvm.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What depends on how Java was started: small heaps, and a JNA that cannot load. */
class ChildJvmTest {
  @BeforeEach
  void needsOneDnn() {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
  }

  /** What the program prints. */
  private static String run(List<String> options, String classPath, String... program)
      throws IOException, InterruptedException {
    return run(Map.of(), options, classPath, program);
  }

  private static String run(
      Map<String, String> environment, List<String> options, String classPath, String... program)
      throws IOException, InterruptedException {
    return output(environment, command(options, classPath, program));
  }

  private static List<String> command(List<String> options, String classPath, String... program) {
    List<String> all = new ArrayList<>(options);
    all.add("-XX:TieredStopAtLevel=1");
    return ChildJvm.command(all, classPath, ChildPrograms.class, (Object[]) program);
  }

  private static String output(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return ChildJvm.output(builder);
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-Djna.nounpack=true", "-Djna.tmpdir=/proc/self", "-Djna.boot.library.name=none"})
  void predictsThoughJnaCannotLoad(String option) throws Exception {
    assertThat(run(List.of("-Djna.nosys=true", option), classPath(), "predict"))
        .contains("predicted 10");
  }

  @Test
  void predictsThoughJnaIsExcluded() throws Exception {
    String without =
        Arrays.stream(classPath().split(File.pathSeparator))
            .filter(entry -> !new File(entry).getName().matches("jna-\\d.*"))
            .collect(Collectors.joining(File.pathSeparator));
    assertThat(run(List.of(), without, "predict")).contains("predicted 10");
  }

  @Test
  void predictsDirectlyThoughJnaCannotLoadAndSaysWhy() throws Exception {
    List<String> options = List.of("-Djna.nosys=true", "-Djna.nounpack=true");
    assertThat(run(options, classPath(), "profile"))
        .contains("no Winograd convolutions: oneDNN's threads are not GNU OpenMP's here");
  }

  @Test
  void theEnvironmentSwitchesWinogradOff() throws Exception {
    assertThat(run(Map.of("BLOCKWORK_WINOGRAD", "off"), List.of(), classPath(), "profile"))
        .contains("no Winograd convolutions: blockwork.winograd is off");
  }

  @Test
  void noMoreInstructionsAreUsedThanOneDnnIsHeldTo() throws Exception {
    assumeTrue(MachineCode.obstacle().isEmpty(), "no machine code of our own on this system");
    String held = run(Map.of("ONEDNN_MAX_CPU_ISA", "SSE41"), List.of(), classPath(), "profile");
    assertThat(held).contains("no Winograd convolutions: the processor has no AVX2");
    assertThat(run(Map.of("ONEDNN_MAX_CPU_ISA", "AVX2"), List.of(), classPath(), "profile"))
        .contains("winograd:F4:AVX2");
  }

  /** What Java sees of a container's limit, it sees of this option. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void asManyThreadsAreUsedAsThereAreProcessorsForTheProcess(int processors) throws Exception {
    List<String> options = List.of("-XX:ActiveProcessorCount=" + processors);
    assertThat(run(options, classPath(), "threads"))
        .contains("onednn FLOAT, " + processors + " threads, 10 scores");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aProcessThatIsHeldToOneProcessorUsesOneThread() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/taskset")), "no taskset on this system");
    String first = Files.readString(Path.of("/proc/self/status"));
    String processor = first.replaceAll("(?s).*Cpus_allowed_list:\\s*(\\d+).*", "$1");
    List<String> command = new ArrayList<>(List.of("/usr/bin/taskset", "-c", processor));
    command.addAll(command(List.of(), classPath(), "threads"));
    assertThat(output(Map.of(), command)).contains("onednn FLOAT, 1 threads, 10 scores");
  }

  @Test
  void plansMayBeLargerThanJavasHeap() throws Exception {
    assertThat(run(List.of("-Xmx48m"), classPath(), "train", "1024")).contains("trained");
  }

  @Test
  void closedNetworksLeaveNothing() throws Exception {
    // With a heap that is there from the start, only native memory can grow.
    List<String> options = List.of("-Xms200m", "-Xmx200m", "-XX:+AlwaysPreTouch");
    String output = run(options, classPath(), "create", "40");
    List<Long> living = numbers("living ", output);
    assertThat(living).hasSize(2);
    assertThat(living.get(1)).isEqualTo(living.get(0));
    List<Long> resident = numbers("resident ", output);
    assertThat(resident.get(1).doubleValue()).isAtMost(1.1 * resident.get(0));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void closingANetworkGivesFreedMemoryBackToTheSystem() throws Exception {
    List<Long> resident = numbers("resident ", run(List.of(), classPath(), "scatter"));
    assertThat(resident.get(0) - resident.get(1)).isGreaterThan(150_000L);
  }

  private static List<Long> numbers(String label, String output) {
    return output
        .lines()
        .filter(line -> line.startsWith(label))
        .map(line -> Long.valueOf(line.substring(label.length())))
        .toList();
  }
}
