package io.blockwork.processor;

import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Nearest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.annotation.processing.Messager;
import javax.tools.Diagnostic;

/**
 * The options of the processor, given to the compiler as {@code -Akey=value}; all but the folder
 * are on or off.
 *
 * @param warnings {@code blockwork.warnings}: whether legal but probably unwanted values are
 *     reported; on by default
 * @param report {@code blockwork.report}: whether a page about each network is written beside its
 *     classes; off by default
 * @param graph {@code blockwork.graph}: whether each network's graph is written beside its classes;
 *     on by default
 * @param onnx {@code blockwork.onnx}: the folder of ONNX files, if it is not {@code src/main/onnx}
 */
record Options(boolean warnings, boolean report, boolean graph, Optional<String> onnx) {
  private static final String WARNINGS = "blockwork.warnings";
  private static final String REPORT = "blockwork.report";
  private static final String GRAPH = "blockwork.graph";
  private static final String ONNX = "blockwork.onnx";
  private static final String OURS = "blockwork";
  private static final Set<String> KEYS = Set.of(WARNINGS, REPORT, GRAPH, ONNX);

  /** The keys of all options. */
  static Set<String> keys() {
    return KEYS;
  }

  /** Reads the options, and reports what cannot be understood. */
  static Options read(Map<String, String> given, Messager messager) {
    for (Map.Entry<String, String> option : new TreeMap<>(given).entrySet()) {
      String key = option.getKey();
      String value = option.getValue();
      if (key.toLowerCase(Locale.ROOT).startsWith(OURS) && !KEYS.contains(key)) {
        List<String> nearest = Nearest.order(key, KEYS);
        messager.printMessage(
            Diagnostic.Kind.WARNING,
            Message.UNKNOWN_OPTION.text(
                "", key, nearest.get(0), "-A" + String.join(", -A", nearest)));
      } else if (KEYS.contains(key) && !key.equals(ONNX) && !isTruth(value)) {
        messager.printMessage(
            Diagnostic.Kind.WARNING, Message.OPTION_VALUE.text("", key, "\"" + value + "\""));
      }
    }
    String onnx = given.get(ONNX);
    return new Options(
        !"false".equals(given.get(WARNINGS)),
        "true".equals(given.get(REPORT)),
        !"false".equals(given.get(GRAPH)),
        onnx == null || onnx.isEmpty() ? Optional.empty() : Optional.of(onnx));
  }

  private static boolean isTruth(String value) {
    return "true".equals(value) || "false".equals(value);
  }
}
