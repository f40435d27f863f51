package io.blockwork.runtime;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.SystemReport;
import org.junit.jupiter.api.Test;

/** What a bug report says of the machine. */
final class SystemReportTest {
  @Test
  void tellsVersionsProcessorMemoryAndEngines() {
    String text = SystemReport.text();
    assertThat(
            text.lines()
                .map(line -> line.substring(0, 12).strip())
                .filter(l -> !l.isEmpty())
                .toList())
        .containsExactly(
            "Blockwork",
            "Java",
            "system",
            "processor",
            "memory",
            "ND4J",
            "JavaCPP",
            "engines",
            "cache",
            "settings")
        .inOrder();
    assertThat(text).contains("Java        " + System.getProperty("java.version"));
    assertThat(text).containsMatch("ND4J +1\\.0\\.0");
    assertThat(text).containsMatch("(engines| {7}) +nd4j: CpuBackend");
    assertThat(text).containsMatch("onednn(: oneDNN \\d+\\.\\d+|  cannot run here)");
    assertThat(text).containsMatch("processor .*, \\d+ available to Java");
    assertThat(text).doesNotContain("Exception");
  }
}
