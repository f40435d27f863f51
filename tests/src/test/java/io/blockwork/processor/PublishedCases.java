package io.blockwork.processor;

import io.blockwork.processor.spec.Message;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Wrong published weights, heads and outputs by class literal, each with one error. */
final class PublishedCases {
  private PublishedCases() {}

  private static final Pattern OPERATION = Pattern.compile("@(Conv|Relu|Linear|GlobalAvgPool)\\b");

  static List<Case> all() {
    return Stream.of(values(), networks(), heads(), outputs()).flatMap(List::stream).toList();
  }

  private static Case of(Message message, String marked) {
    return new Case(
        message,
        "package user;\n\nimport io.blockwork.*;\n"
            + (OPERATION.matcher(marked).find() ? "import io.blockwork.ops.*;\n" : "")
            + "\n"
            + marked);
  }

  /** Members of {@code @Published} on a network. */
  private static Case value(String members) {
    return of(
        Message.PUBLISHED_VALUE,
        """
        @Model
        @Published(%s)
        interface Net extends ImageClassifier {
          @GlobalAvgPool interface pool {}
          @Linear(out = 3) interface fc {}
        }
        """
            .formatted(members));
  }

  private static List<Case> values() {
    String file = "url = \"https://example.org/a.pth\", ";
    return List.of(
        value("~name = ^\"\""),
        value("~name = ^\"two words\""),
        value("name = \"A\", ~url = ^\"ftp://example.org/a.pth\", sha256 = \"0123abcd\""),
        value("name = \"A\", ~url = ^\"https://example.org/a b\", sha256 = \"0123abcd\""),
        value("name = \"A\", ~url = ^\"https://example.org/\", sha256 = \"0123abcd\""),
        value("name = \"A\", " + file + "~sha256 = ^\"0123\""),
        value("name = \"A\", " + file + "~sha256 = ^\"0123abcx\""),
        value("name = \"A\", ~resize = ^-1"),
        value("name = \"A\", ~crop = ^20000"),
        value("name = \"A\", ~mean = ^{0.5}"),
        value("name = \"A\", ~std = ^{0.5, 0, 0.5}"),
        value("name = \"A\", input = @Input(~height = ^0)"),
        value("name = \"A\", ~classNames = ^{\"wren\", \"robin\"}"),
        of(
            Message.PUBLISHED_VALUE,
            """
            @ResNet(blocks = {1, 1}, classes = 3)
            @Published(name = "A", ~classNames = ^{"wren", "robin"})
            interface Net extends ImageClassifier {}
            """),
        of(
            Message.PUBLISHED_PLACE,
            "^~@Published(name = \"A\") interface Net extends ImageClassifier {}\n"
                + "@Model interface Other extends Network { @Relu interface relu {} }\n"),
        of(
            Message.PUBLISHED_PLACE,
            """
            @Model interface Net extends Network {
              @Relu ^~@Published(name = "A") interface relu {}
            }
            """));
  }

  private static final String FAMILY =
      """
      @Block @Published(name = "BIRDS_V1") @interface Birds {
        int classes() default 3;
        int width() default 8;
        @Conv @With("out = width") interface conv {}
        @GlobalAvgPool interface pool {}
        @Linear @With("out = classes") interface fc {}
      }
      """;

  private static List<Case> networks() {
    return List.of(
        of(
            Message.UNKNOWN_PUBLISHED,
            "@Model(~weights = ^\"BIRD_V1\") @Birds interface Net extends ImageClassifier {}\n"
                + FAMILY),
        of(
            Message.NOTHING_PUBLISHED,
            """
            @Model(~weights = ^"BIRDS_V1") interface Net extends ImageClassifier {
              @GlobalAvgPool interface pool {}
            }
            """),
        of(
            Message.UNKNOWN_WEIGHTS,
            """
            @ResNet(blocks = {1, 1}, classes = 3, ~weights = ^"MINE_V2")
            @Published(name = "MINE_V1")
            interface Net extends ImageClassifier {}
            """),
        of(
            Message.PUBLISHED_DIFFER,
            "@Model(~weights = ^\"BIRDS_V1\") @Birds(width = 16) interface Net extends ImageClassifier {}\n"
                + FAMILY),
        of(
            Message.PUBLISHED_TWICE,
            """
            @Model
            @Published(name = "A")
            @Published(~name = "A", resize = 232)
            ^interface Net extends ImageClassifier {
              @GlobalAvgPool interface pool {}
            }
            """),
        // Whoever uses it, and although nobody does.
        of(
            Message.PUBLISHED_NETWORK,
            "@Model(weights = \"BIRDS_V1\") @Birds interface Net extends ImageClassifier {}\n"
                + FAMILY
                    .replace("@Block @Published", "@Block ^~@Published")
                    .replace("@Conv ", "@Conv(kernel = 9) ")
                    .replace("V1\")", "V1\", input = @Input(height = 8, width = 8))")),
        of(
            Message.WITH_MEMBER,
            FAMILY.replace("\"BIRDS_V1\")", "\"BIRDS_V1\", ~with = ^\"widht = 4\")")),
        of(
            Message.EXPRESSION_TYPE,
            FAMILY.replace("\"BIRDS_V1\")", "\"BIRDS_V1\", ~with = ^\"width = true\")")),
        of(
            Message.EXPRESSION_ZERO,
            FAMILY.replace("\"BIRDS_V1\")", "\"BIRDS_V1\", ~with = ^\"width = 4 / 0\")")));
  }

  private static List<Case> heads() {
    return List.of(
        of(
            Message.HEAD_EMPTY,
            """
            @Model interface Net extends ImageClassifier {
              @Linear(out = 3) interface fc {}
              @GlobalAvgPool ^~@Head interface pool {}
            }
            """),
        of(
            Message.NOT_A_NODE,
            """
            @Model ^~@Head interface Net extends ImageClassifier {
              @GlobalAvgPool interface pool {}
            }
            """));
  }

  private static Case output(Message message, String annotation) {
    return of(
        message,
        """
        @Model interface Net extends ImageClassifier {
          @Conv(out = 8) interface conv {}
          @Relu @If("in == 3") interface gone {}
          @GlobalAvgPool interface pool {}
          %s org.nd4j.linalg.api.ndarray.INDArray values(
              org.nd4j.linalg.api.ndarray.INDArray images);
        }
        """
            .formatted(annotation));
  }

  private static List<Case> outputs() {
    return List.of(
        output(Message.OUTPUT_VALUE, "^~@Output"),
        output(Message.OUTPUT_VALUE, "@Output(~value = ^\"conv\", node = Net.conv.class)"),
        output(Message.OUTPUT_NODE, "@Output(~node = String^.class)"),
        output(Message.OUTPUT_NODE, "@Output(~node = int^.class)"),
        output(Message.OUTPUT_NODE, "@Output(~node = Net^.class)"),
        output(Message.OUTPUT_NODE, "@Output(~node = Net.gone^.class)"),
        output(Message.OUTPUT_MODULE, "@Output(^~\"cnv\")"),
        of(
            Message.OUTPUT_NO_NODES,
            """
            @ResNet(blocks = {1, 1}) interface Net extends ImageClassifier {
              @Output(~node = Net^.class) org.nd4j.linalg.api.ndarray.INDArray values(
                  org.nd4j.linalg.api.ndarray.INDArray images);
            }
            """));
  }
}
