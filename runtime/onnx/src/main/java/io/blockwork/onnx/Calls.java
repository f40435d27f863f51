package io.blockwork.onnx;

import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Tensor;
import io.blockwork.graph.ops.Call;
import io.blockwork.graph.ops.Code;
import java.lang.reflect.Array;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a call that operations have in the form of generated code: literals, tensors by name, and
 * static methods of the engines' types with further calls behind.
 */
final class Calls {
  private static final String ENGINE = "io.blockwork.engine.";

  private final String text;
  private final Map<String, String> imports;
  private final Map<String, Tensor> tensors;
  private int at;

  private Calls(Code code, Map<String, Tensor> tensors) {
    this.text = code.text();
    this.tensors = tensors;
    this.imports = new HashMap<>();
    for (String member : code.imports()) {
      int dot = member.indexOf('.');
      imports.put(member.substring(dot + 1), member.substring(0, dot));
    }
  }

  /** Makes a call of a binder, with the operation's path first. */
  static Object call(InferenceBinder bind, String path, Call call, Map<String, Tensor> tensors) {
    List<Object> arguments = new ArrayList<>(List.of(path));
    for (Code code : call.arguments()) {
      arguments.add(new Calls(code, tensors).value());
    }
    return invoke(InferenceBinder.class, Optional.of(bind), call.method(), arguments);
  }

  private Object value() {
    Object value = first();
    while (at < text.length() && text.charAt(at) == '.') {
      at++;
      String method = word();
      value = invoke(value.getClass(), Optional.of(value), method, arguments());
    }
    return value;
  }

  private Object first() {
    if (text.charAt(at) == '"') {
      int end = text.indexOf('"', at + 1);
      String literal = text.substring(at + 1, end);
      at = end + 1;
      return literal;
    }
    String word = word();
    if (at < text.length() && text.charAt(at) == '(') {
      return invoke(owner(word), Optional.empty(), word, arguments());
    }
    Tensor tensor = tensors.get(word);
    if (tensor != null) {
      return tensor;
    } else if (word.equals("true") || word.equals("false")) {
      return Boolean.valueOf(word);
    } else if (imports.containsKey(word)) {
      return constant(word);
    }
    return number(word);
  }

  private static Object number(String word) {
    return word.chars().allMatch(c -> c == '-' || Character.isDigit(c))
        ? (Object) Integer.valueOf(word)
        : (Object) Double.valueOf(word);
  }

  private Class<?> owner(String member) {
    try {
      return Class.forName(ENGINE + imports.get(member));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("there is no " + member + " for " + text, e);
    }
  }

  private Object constant(String name) {
    try {
      return owner(name).getField(name).get(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("there is no " + name + " for " + text, e);
    }
  }

  /** A name, or a number with its sign, its point and its exponent. */
  private String word() {
    int from = at;
    boolean number = text.charAt(at) == '-' || Character.isDigit(text.charAt(at));
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean exponent = c == '-' && (at == from || text.charAt(at - 1) == 'E');
      if (!Character.isJavaIdentifierPart(c) && !(number && (c == '.' || exponent))) {
        break;
      }
      at++;
    }
    return text.substring(from, at);
  }

  private List<Object> arguments() {
    List<Object> arguments = new ArrayList<>();
    at++;
    while (text.charAt(at) != ')') {
      arguments.add(value());
      while (text.charAt(at) == ',' || text.charAt(at) == ' ') {
        at++;
      }
    }
    at++;
    return arguments;
  }

  private static Object invoke(
      Class<?> type, Optional<Object> receiver, String name, List<Object> arguments) {
    Method method =
        Arrays.stream(type.getMethods())
            .filter(each -> each.getName().equals(name))
            .filter(each -> Modifier.isStatic(each.getModifiers()) == receiver.isEmpty())
            .filter(each -> !each.isBridge() && takes(each, arguments))
            .min((a, b) -> Boolean.compare(a.isVarArgs(), b.isVarArgs()))
            .orElseThrow(
                () -> new IllegalStateException(type.getName() + " has no " + name + arguments));
    try {
      return method.invoke(receiver.orElse(null), adapted(method, arguments));
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      } else if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean takes(Executable method, List<Object> arguments) {
    Class<?>[] types = method.getParameterTypes();
    int fixed = method.isVarArgs() ? types.length - 1 : types.length;
    if (arguments.size() < fixed || (!method.isVarArgs() && arguments.size() != fixed)) {
      return false;
    }
    for (int i = 0; i < arguments.size(); i++) {
      Class<?> type = i < fixed ? types[i] : types[fixed].getComponentType();
      if (!fits(type, arguments.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean fits(Class<?> type, Object value) {
    if (type == int.class) {
      return value instanceof Integer;
    } else if (type == double.class) {
      return value instanceof Number;
    } else if (type == boolean.class) {
      return value instanceof Boolean;
    }
    return type.isInstance(value);
  }

  private static Object[] adapted(Executable method, List<Object> arguments) {
    if (!method.isVarArgs()) {
      return arguments.toArray();
    }
    Class<?>[] types = method.getParameterTypes();
    int fixed = types.length - 1;
    Object[] all = new Object[types.length];
    for (int i = 0; i < fixed; i++) {
      all[i] = arguments.get(i);
    }
    Object rest = Array.newInstance(types[fixed].getComponentType(), arguments.size() - fixed);
    for (int i = fixed; i < arguments.size(); i++) {
      Array.set(rest, i - fixed, arguments.get(i));
    }
    all[fixed] = rest;
    return all;
  }
}
