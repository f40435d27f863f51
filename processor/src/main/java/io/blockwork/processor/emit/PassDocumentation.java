package io.blockwork.processor.emit;

import com.palantir.javapoet.CodeBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The class comment of a pass: the network as a table, after Table 1 of the papers, and its memory.
 */
final class PassDocumentation {
  private PassDocumentation() {}

  static CodeBlock of(Pass pass, String summary, String totals, List<String> memory) {
    List<List<String>> rows = new ArrayList<>();
    for (Unit unit : pass.network().children()) {
      rows.add(List.of(unit.path(), pass.outputOf(unit).toString(), unit.title()));
    }
    CodeBlock.Builder text =
        CodeBlock.builder().add(Text.wrapped(summary) + "\n\n<pre>\n", pass.names().type());
    text.add("$L\n", String.join("\n", Text.columns(rows)));
    text.add("\n$L\n", totals);
    for (String line : memory) {
      text.add("$L\n", line);
    }
    return text.add("</pre>\n").build();
  }

  /** {@code 3 slots for one image: 802,816 + ... values, 6.1 MiB as floats}. */
  static String slots(List<Long> slots) {
    long total = slots.stream().mapToLong(Long::longValue).sum();
    return slots.size()
        + " slots for one image: "
        + slots.stream().map(Text::count).collect(Collectors.joining(" + "))
        + " = "
        + Text.count(total)
        + " values, "
        + Text.count(4 * total)
        + " bytes as floats";
  }
}
