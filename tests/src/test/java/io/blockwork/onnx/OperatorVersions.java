package io.blockwork.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** In which opsets ONNX's specification describes an operator anew. */
final class OperatorVersions {
  /** From ONNX's change log; each line is an operator and the opsets from which a text holds. */
  private static final String TEXT =
      """
      Abs 1 6 13
      Add 1 6 7 13 14
      And 1 7
      AveragePool 1 7 10 11 19 22
      BatchNormalization 1 6 7 9 14 15
      Cast 1 6 9 13 19 21 23 24 25
      CastLike 15 19 21 23 24 25
      Ceil 1 6 13
      Clip 1 6 11 12 13
      Concat 1 4 11 13
      Constant 1 9 11 12 13 19 21 23 24 25
      ConstantOfShape 9 20 21 23 24 25
      Conv 1 11 22
      DequantizeLinear 10 13 19 21 23 24 25
      Div 1 6 7 13 14
      Dropout 1 6 7 10 12 13 22
      Elu 1 6 22
      Equal 1 7 11 13 19
      Erf 9 13
      Exp 1 6 13
      Expand 8 13
      Flatten 1 9 11 13 21 23 24 25
      Floor 1 6 13
      Gather 1 11 13
      Gelu 20
      Gemm 1 6 7 9 11 13
      GlobalAveragePool 1 22
      GlobalMaxPool 1 22
      Greater 1 7 9 13
      GreaterOrEqual 12 16
      GroupNormalization 18 21
      HardSigmoid 1 6 22
      HardSwish 14 22
      Identity 1 13 14 16 19 21 23 24 25
      InstanceNormalization 1 6 22
      LRN 1 13
      LayerNormalization 17
      LeakyRelu 1 6 16
      Less 1 7 9 13
      LessOrEqual 12 16
      Log 1 6 13
      LogSoftmax 1 11 13
      MatMul 1 9 13
      Max 1 6 8 12 13
      MaxPool 1 8 10 11 12 22
      Mean 1 6 8 13
      Min 1 6 8 12 13
      Mish 18 22
      Mul 1 6 7 13 14
      Neg 1 6 13
      Not 1
      Or 1 7
      PRelu 1 6 7 9 16
      Pad 1 2 11 13 18 19 21 23 24 25
      Pow 1 7 12 13 15
      QuantizeLinear 10 13 19 21 23 24 25
      Range 11
      Reciprocal 1 6 13
      ReduceL2 1 11 13 18
      ReduceMax 1 11 12 13 18 20
      ReduceMean 1 11 13 18
      ReduceMin 1 11 12 13 18 20
      ReduceProd 1 11 13 18
      ReduceSum 1 11 13
      Relu 1 6 13 14
      Reshape 1 5 13 14 19 21 23 24 25
      Round 11 22
      Selu 1 6 22
      Shape 1 13 15 19 21 23 24 25
      Sigmoid 1 6 13
      Sign 9 13
      Size 1 13 19 21 23 24 25
      Slice 1 10 11 13
      Softmax 1 11 13
      Softplus 1 22
      Softsign 1 22
      Split 1 2 11 13 18
      Sqrt 1 6 13
      Squeeze 1 11 13 21 23 24 25
      Sub 1 6 7 13 14
      Sum 1 6 8 13
      Swish 24
      Tanh 1 6 13
      Tile 1 6 13
      Transpose 1 13 21 23 24 25
      Unsqueeze 1 11 13 21 23 24 25
      Where 9 16
      """;

  private static final Map<String, List<Integer>> ALL = new TreeMap<>();

  static {
    for (String line : TEXT.lines().toList()) {
      String[] words = line.split(" ");
      ALL.put(
          words[0], Arrays.stream(words, 1, words.length).map(Integer::valueOf).sorted().toList());
    }
  }

  private OperatorVersions() {}

  /** The opsets in which an operator's text is new. */
  static List<Integer> of(String type) {
    return ALL.getOrDefault(type, List.of(1));
  }

  /** The first opset that has the operator. */
  static int first(String type) {
    return of(type).get(0);
  }

  /** The opset since which the text that holds in an opset does. */
  static int text(String type, int opset) {
    return of(type).stream().filter(version -> version <= opset).reduce(0, Math::max);
  }

  /** The first and the last opset of each text, between two opsets. */
  static TreeSet<Integer> edges(String type, int oldest, int newest) {
    var edges = new TreeSet<Integer>();
    edges.add(Math.max(oldest, first(type)));
    edges.add(newest);
    for (int version : of(type)) {
      if (version > oldest && version <= newest) {
        edges.add(version);
        if (version > first(type)) {
          edges.add(version - 1);
        }
      }
    }
    return edges;
  }
}
