package io.blockwork.processor;

import io.blockwork.processor.spec.Message;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Wrong networks and blocks of the composition language, each with one error. */
final class CompositionCases {
  private CompositionCases() {}

  /** A block that is right, for those to use that are not. */
  private static final String CONV_NORM =
      """
      @Block @interface ConvNorm {
        int out() default Block.REQUIRED;
        int[] kernel() default 1;
        @Conv(bias = false) @With("out = out, kernel = kernel, padding = kernel / 2") interface conv {}
        @BatchNorm interface bn {}
      }
      """;

  static List<Case> all() {
    return Stream.of(expressions(), members(), nodes(), edges(), blocks(), shapes(), outputs())
        .flatMap(List::stream)
        .toList();
  }

  private static final Pattern OPERATION =
      Pattern.compile("@(Conv|Relu|Linear|GlobalAvgPool|MaxPool|BatchNorm|Sum)\\b");

  private static Case of(Message message, String marked) {
    // ECJ warns of imports that nothing needs.
    boolean own = marked.replaceAll("@(Conv|Relu)\\b", "").contains("@");
    boolean operations = OPERATION.matcher(marked).find();
    return new Case(
        message,
        "package user;\n\n"
            + (own ? "import io.blockwork.*;\n" : "")
            + (operations ? "import io.blockwork.ops.*;\n" : "")
            + "\n"
            + marked);
  }

  /** Nodes of a network for images of 3 x 32 x 32, which end in a classifier. */
  private static Case net(Message message, String nodes) {
    return of(
        message,
        """
        @Model(input = @Input(height = 32, width = 32))
        public interface Net extends ImageClassifier {
        %s
          @GlobalAvgPool interface avgpool {}
          @Linear(out = 10) interface fc {}
        }
        """
            .formatted(nodes));
  }

  /** Nodes, and blocks that they use. */
  private static Case net(Message message, String nodes, String blocks) {
    Case net = net(message, nodes);
    return new Case(message, net.marked() + blocks);
  }

  /** A block with parameters {@code a}, {@code d}, {@code t} and {@code k}, which it all uses. */
  private static Case with(Message message, String with) {
    return of(
        message,
        """
        @Block @interface B {
          int a() default 8;
          double d() default 0.5;
          boolean t() default true;
          int[] k() default 3;
          @Conv(bias = false) @With(^~"%s") interface conv {}
          @Conv(padding = 4) @With("out = a, kernel = k") @If("t") interface use {}
          @Dropout @With("p = d") interface drop {}
        }
        """
            .formatted(with));
  }

  private static List<Case> expressions() {
    return List.of(
        with(Message.EXPRESSION_SIGN, "out = a # 2"),
        with(Message.EXPRESSION_SIGN, "out = \u00e4"),
        with(Message.EXPRESSION_SYNTAX, "out = a +"),
        with(Message.EXPRESSION_SYNTAX, "out = (a"),
        with(Message.EXPRESSION_SYNTAX, "out == a"),
        with(Message.EXPRESSION_SYNTAX, ""),
        with(Message.EXPRESSION_SYNTAX, "out = a a"),
        with(Message.EXPRESSION_SYNTAX, "out = t ? 1"),
        with(Message.EXPRESSION_DEPTH, "out = " + "(".repeat(300) + "a" + ")".repeat(300)),
        with(Message.EXPRESSION_FUNCTION, "out = abs(a)"),
        with(Message.EXPRESSION_ARGUMENTS, "out = floor(d, a)"),
        with(Message.EXPRESSION_NAME, "out = b"),
        with(Message.EXPRESSION_NAME, "out = a + index"),
        with(Message.EXPRESSION_NAME, "out = Input.chanels"),
        with(Message.EXPRESSION_TYPE, "out = d"),
        with(Message.EXPRESSION_TYPE, "out = a / 2.0"),
        with(Message.EXPRESSION_TYPE, "out = t"),
        with(Message.EXPRESSION_TYPE, "out = k"),
        with(Message.EXPRESSION_TYPE, "out = a ? 1 : 2"),
        with(Message.EXPRESSION_TYPE, "out = a[0]"),
        with(Message.EXPRESSION_TYPE, "out = t ? 1 : t"),
        with(Message.EXPRESSION_TYPE, "out = a, groups = a && t"),
        with(Message.EXPRESSION_OVERFLOW, "out = 3000000000"),
        with(Message.WITH_MEMBER, "ot = a"),
        with(Message.WITH_TWICE, "out = a, bias = true"),
        with(Message.WITH_TWICE, "out = a, out = 2 * a"),
        net(
            Message.EXPRESSION_ZERO,
            "  @B(~a = ^0) interface b {}",
            """
            @Block @interface B {
              int a() default 1;
              @Conv @With("out = 8 / a") interface conv {}
            }
            """),
        net(
            Message.EXPRESSION_SIDE,
            "  @B(~k = ^{3}) interface b {}",
            """
            @Block @interface B {
              int[] k() default {3, 3};
              @Conv(out = 8) @With("kernel = k[1]") interface conv {}
            }
            """),
        net(
            Message.EXPRESSION_SIDES,
            "  @B(~k = ^{3, 3}) interface b {}",
            """
            @Block @interface B {
              int[] k() default 3;
              @Conv(out = 8) @With("kernel = k, padding = k + {1, 1, 1, 1}") interface conv {}
            }
            """),
        net(
            Message.EXPRESSION_OVERFLOW,
            "  @B(~a = ^1000000) interface b {}",
            """
            @Block @interface B {
              int a() default 1;
              @Conv @With("out = a * a") interface conv {}
            }
            """));
  }

  private static List<Case> members() {
    return List.of(
        net(Message.REQUIRED, "  ^~@Conv interface conv {}"),
        net(Message.REQUIRED, "  ^~@ConvNorm(kernel = 3) interface conv {}", CONV_NORM),
        net(Message.MEMBER_RANGE, "  @Conv(~out = ^0) interface conv {}"),
        net(Message.MEMBER_RANGE, "  @Conv(out = 8, ~kernel = ^{3, -1}) interface conv {}"),
        net(Message.MEMBER_RANGE, "  @Conv(out = 8, ~padding = ^-2) interface conv {}"),
        net(Message.MEMBER_RANGE, "  @Dropout(~p = ^1) interface drop {}"),
        net(Message.MEMBER_RANGE, "  @BatchNorm(~eps = ^0) interface norm {}"),
        net(Message.MEMBER_RANGE, "  @ConvNorm(~out = ^-4) interface conv {}", CONV_NORM),
        net(Message.MEMBER_RANGE, "  @Conv @With(^~\"out = in - 3\") interface conv {}"),
        net(
            Message.MEMBER_RANGE,
            "  @B(~a = ^8) interface b {}",
            """
            @Block @interface B {
              int a() default 9;
              @Conv @With("out = a - 8") interface conv {}
            }
            """),
        net(Message.MEMBER_SIDES, "  @Conv(out = 8, ~kernel = ^{1, 2, 3}) interface conv {}"),
        net(
            Message.MEMBER_SIDES,
            "  @Conv(out = 8) @With(^~\"kernel = {in, 1, 1}\") interface conv {}"),
        net(Message.MEMBER_SIDES, "  @Conv(out = 8, ~padding = ^{1, 2, 3}) interface conv {}"),
        of(
            Message.RESERVED_NAME,
            """
            @Block @interface B {
              int ^~in() default 8;
              @Conv @With("out = in") interface conv {}
            }
            """),
        of(
            Message.PARAMETER_TYPE,
            """
            @Block @interface B {
              long ^~out() default 8;
              @Relu interface relu {}
            }
            """),
        of(
            Message.UNUSED_PARAMETER,
            """
            @Block @interface B {
              int ^~out() default 8;
              @Relu interface relu {}
            }
            """),
        net(
            Message.WITH_GROUP,
            """
              ^~@With("out = 8") interface group {
                @Relu interface relu {}
              }
            """),
        net(Message.CHANNELS, "  @Conv(out = 8, ~groups = ^2) interface conv {}"),
        net(Message.INIT_PLACE, "  @BatchNorm @Init(~Initial^.NORMAL) interface norm {}"),
        net(Message.INIT_PLACE, "  @GroupNorm(groups = 1) @Init(~Initial^.ZERO) interface norm {}"),
        net(Message.INIT_PLACE, "  @Relu @Init(~Initial^.ZERO) interface relu {}"),
        net(Message.CHANNELS, "  @Slice(~end = ^4) interface slice {}"),
        net(Message.CHANNELS, "  @Affine(~scale = ^{1, 2}) interface affine {}"),
        net(Message.CHANNELS, "  @PadShortcut(~out = ^2) interface pad {}"),
        net(Message.CHANNELS, "  @MaxPool(kernel = 2, ~padding = ^2) interface pool {}"),
        net(
            Message.CHANNELS,
            """
              @Relu interface relu {}
              @Sum(~factors = ^{1, 2, 3}) @From({relu.class, Input.class}) interface sum {}
            """),
        net(Message.INIT_RANGE, "  @Relu @Init(value = Initial.NORMAL, ~std = ^0) interface a {}"));
  }

  private static List<Case> nodes() {
    return List.of(
        net(Message.NO_OPERATION, "  ^interface ~conv {}"),
        net(Message.TWO_OPERATIONS, "  @Relu ^~@Sigmoid interface relu {}"),
        net(Message.TWO_OPERATIONS, "  @ConvNorm(out = 8) ^~@Relu interface conv {}", CONV_NORM),
        net(
            Message.OPERATION_AND_NODES,
            """
              ^~@Relu interface relu {
                @Sigmoid interface inner {}
              }
            """),
        net(
            Message.CASE_CLASH,
            """
              @Relu interface Relu1 {}
              @Relu ^interface ~relu1 {}
            """),
        net(
            Message.PATH_CLASH,
            """
              @Conv(out = 8) interface a {}
              @Conv(out = 8) @Path(^~"a") interface b {}
            """),
        net(Message.PATH_NAME, "  @Relu @Path(^~\"a b\") interface relu {}"),
        net(Message.PATH_NAME, "  @Relu @Path(^~\"\") interface relu {}"),
        net(Message.PATH_NAME, "  @Relu @Path(^~\"a{index\") interface relu {}"),
        net(Message.EXPRESSION_NAME, "  @Relu @Path(^~\"a{index}\") interface relu {}"),
        net(Message.WITH_MEMBER, "  @Relu @With(^~\"nope = 3\") interface relu {}"),
        net(Message.PATH_CLASH, "  @Conv(out = 8) @Repeat(2) @Path(^~\"same\") interface conv {}"),
        net(Message.REPEAT_RANGE, "  @Relu @Repeat(^~0) interface relu {}"),
        net(Message.REPEAT_VALUE, "  @Relu ^~@Repeat interface relu {}"),
        net(Message.REPEAT_VALUE, "  @Relu ^~@Repeat(value = 2, times = \"2\") interface relu {}"),
        net(
            Message.REPEAT_RANGE,
            "  @B(~n = ^0) interface b {}",
            """
            @Block @interface B {
              int n() default 2;
              @Relu @Repeat(times = "n") interface relu {}
            }
            """),
        net(Message.EXPRESSION_TYPE, "  @Relu @If(^~\"1\") interface relu {}"),
        net(Message.EXPRESSION_TYPE, "  @Relu @Repeat(~times = ^\"0.5\") interface relu {}"),
        net(Message.NOT_A_NODE, "  record R(int a) {}\n  ^~@Relu class C {}"),
        of(Message.NOT_A_NODE, "^~@Conv(out = 8) interface Conv1 {}\n"),
        of(Message.NOT_A_NODE, "^~@Repeat(2) @Block @interface B {\n  @Relu interface a {}\n}\n"));
  }

  private static List<Case> edges() {
    return List.of(
        net(
            Message.FROM_UNKNOWN,
            """
              interface group {
                @Relu interface inner {}
              }
              @Relu @From(~group.inner^.class) interface relu {}
            """),
        net(Message.FROM_UNKNOWN, "  @Relu @From(~String^.class) interface relu {}"),
        net(
            Message.FROM_UNKNOWN,
            """
              @Relu interface outer {}
              interface group {
                @Relu @From(~outer^.class) interface inner {}
              }
            """),
        net(
            Message.FROM_LATER,
            """
              @Relu @From(~b^.class) interface a {}
              @Relu @From(Input.class) interface b {}
              @Sum @From({a.class, b.class}) interface sum {}
            """),
        net(
            Message.FROM_CIRCLE,
            """
              @Relu @From(~b^.class) interface a {}
              @Relu interface b {}
            """),
        net(Message.FROM_CIRCLE, "  @Relu @From(~a^.class) interface a {}"),
        net(
            Message.FROM_AUXILIARY,
            """
              @Relu interface a {}
              @Relu @Auxiliary(weight = 0.3) interface aux {}
              @Relu @From(~aux^.class) interface b {}
            """),
        net(Message.INPUT_COUNT, "  ^~@Sum interface sum {}"),
        net(Message.INPUT_COUNT, "  @Relu @From(^~{Input.class, Input.class}) interface relu {}"),
        net(Message.INPUT_COUNT, "  @Relu @From(^~{}) interface relu {}"),
        net(
            Message.INPUT_COUNT,
            "  ^~@B interface b {}",
            """
            @Block @interface B {
              @Input interface skip {}
              @Sum @From({Input.class, skip.class}) interface sum {}
            }
            """),
        net(
            Message.UNREAD,
            """
              @Conv(out = 8) interface a {}
              ^~@Conv(out = 8) interface b {}
              @Relu @From(a.class) interface c {}
            """),
        of(
            Message.UNREAD,
            """
            @Block @^interface ~B {
              @Input interface skip {}
              @Relu interface relu {}
            }
            """),
        of(
            Message.INPUT_NODE,
            """
            @Block @interface B {
              @Relu interface relu {}
              ^~@Input interface skip {}
            }
            """),
        net(Message.INPUT_NODE, "  ^~@Input interface skip {}\n  @Relu interface relu {}"),
        of(
            Message.INPUT_NODE,
            """
            @Block @interface B {
              ^~@Input(channels = 4) interface skip {}
              @Sum @From({Input.class, Input.class}) interface relu {}
            }
            """));
  }

  private static List<Case> blocks() {
    return List.of(
        of(
            Message.RECURSION,
            """
            @Block @interface B {
              ^~@B interface again {}
            }
            """),
        of(
            Message.RECURSION,
            """
            @Block @interface A {
              ^~@B interface b {}
            }
            @Block @interface B {
              @A interface a {}
            }
            """),
        of(Message.EMPTY_BLOCK, "@Block @^interface ~B {}\n"),
        of(
            Message.SOURCE_RETENTION,
            """
            @Block @java.lang.annotation.Retention(~java.lang.annotation.RetentionPolicy^.SOURCE)
            @interface B {
              @Relu interface relu {}
            }
            """),
        of(
            Message.BLOCK_TARGET,
            """
            @Block @java.lang.annotation.Target(~java.lang.annotation.ElementType^.METHOD)
            @interface B {
              @Relu interface relu {}
            }
            """),
        of(Message.NO_MODEL, "^~@ConvNorm(out = 8) interface Net extends Network {}\n" + CONV_NORM),
        of(
            Message.TWO_BLOCKS,
            "@Model @ConvNorm(out = 8) ^~@B interface Net extends Network {}\n"
                + CONV_NORM
                + "@Block @interface B {\n  @Relu interface relu {}\n}\n"),
        of(
            Message.TWO_BODIES,
            """
            @Model ^~@ConvNorm(out = 8) interface Net extends Network {
              @Relu interface relu {}
            }
            """
                + CONV_NORM),
        of(Message.NO_BODY, "^~@Model interface Net extends Network {}\n"),
        of(
            Message.ONNX_FILE,
            "@Model @Onnx(^~\"missing.onnx\") interface Net extends Network {}\n"),
        of(
            Message.ONNX_BODY,
            """
            @Model @Onnx(^~"model.onnx") interface Net extends Network {
              @Relu interface relu {}
            }
            """),
        of(Message.ONNX_ALONE, "^~@Onnx(\"model.onnx\") interface Net extends Network {}\n"),
        of(
            Message.EXPRESSION_NAME,
            """
            @Model interface Net extends Network {
              @B interface b {}
            }
            @Block @interface B {
              @Conv @With(^~"out = planes") interface conv {}
            }
            """));
  }

  private static List<Case> shapes() {
    return List.of(
        net(
            Message.SHAPES_DIFFER,
            """
              @Conv(out = 8) interface a {}
              @Sum @From(^~{a.class, Input.class}) interface sum {}
            """),
        net(
            Message.SHAPES_DIFFER,
            """
              @MaxPool(kernel = 2) interface a {}
              @Concat @From(^~{a.class, Input.class}) interface cat {}
            """),
        net(
            Message.SHAPES_DIFFER,
            """
              @Conv(out = 8) interface a {}
              @Multiply @From(^~{Input.class, a.class}) interface gate {}
            """),
        net(
            Message.SHAPES_DIFFER,
            "  ^~@B interface b {}",
            """
            @Block @interface B {
              @Conv(out = 8) interface conv {}
              @Conv(out = 8) @From(Input.class) @If("in != 3") interface skip {}
              @Sum @From({conv.class, skip.class}) interface sum {}
            }
            """),
        net(Message.NO_ROOM, "  ^~@Conv(out = 8, kernel = 33) interface conv {}"),
        net(
            Message.NO_ROOM,
            "  @MaxPool(kernel = 2) @Repeat(5) interface a {}\n"
                + "  ^~@MaxPool(kernel = 2) interface b {}"),
        of(
            Message.NO_ROOM,
            """
            @Model(input = @Input(height = 96, width = 96))
            ^~@io.blockwork.networks.InceptionV3 interface Net extends ImageClassifier {}
            """),
        net(
            Message.OUTPUT_TOO_LARGE,
            "  @Conv(out = 8) interface a {}\n  ^~@ZeroPad(padding = 20000) interface pad {}"),
        net(
            Message.LAYER_TOO_LARGE,
            "  @Flatten interface a {}\n  ^~@Linear(out = 200000) interface b {}"),
        net(
            Message.NETWORK_TOO_LARGE,
            "  @Flatten interface a {}\n  ^~@Linear(out = 20000) @Repeat(8) interface b {}"),
        net(Message.TOO_MANY_NODES, "  ^~@A interface a {}", many()));
  }

  /** Blocks within blocks, each repeated as often as possible. */
  private static String many() {
    return """
        @Block @interface A {
          @B @Repeat(2000) interface b {}
        }
        @Block @interface B {
          @Relu @Repeat(2000) interface relu {}
        }
        """;
  }

  private static List<Case> outputs() {
    return List.of(
        of(
            Message.NO_CLASSIFIER,
            """
            @Model interface Net extends ImageClassifier {
              ^~@Conv(out = 8) interface conv {}
            }
            """),
        of(
            Message.NOTHING_LEFT,
            """
            @Model ^interface ~Net extends Network {
              @Relu @If("in == 4") interface relu {}
            }
            """),
        of(
            Message.AUXILIARY_MAIN,
            """
            @Model interface Net extends ImageClassifier {
              @GlobalAvgPool interface pool {}
              @Linear(out = 3) @Auxiliary(weight = 1) ^interface ~fc {}
            }
            """),
        of(
            Message.AUXILIARY_WEIGHT,
            """
            @Model interface Net extends ImageClassifier {
              @Linear(out = 3) @Auxiliary(~weight = ^0) interface fc {}
              @GlobalAvgPool @From(Input.class) interface pool {}
            }
            """),
        of(
            Message.SIZE_RANGE,
            """
            @Model(input = @Input(~height = ^0)) interface Net extends ImageClassifier {
              @GlobalAvgPool interface pool {}
            }
            """),
        of(
            Message.SUPERTYPE,
            """
            @Model ^interface ~Net {
              @GlobalAvgPool interface pool {}
            }
            """));
  }
}
