package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.plans.Place;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import javax.lang.model.element.Modifier;

/**
 * Writes the class of a pass: a nested class for each block and stage, which binds its layers in
 * its constructor and runs them in its methods. Blocks that differ in nothing but their paths share
 * a class.
 */
final class PassWriter {
  private final Pass pass;
  private final Unit network;
  private final SharedBlocks blocks;
  private final UnitNames names;
  private final Wiring wiring;
  private final SortedSet<String> used = new TreeSet<>();
  private final List<TypeSpec> types = new ArrayList<>();

  private PassWriter(Pass pass) {
    this.pass = pass;
    this.network = pass.network();
    this.blocks = new SharedBlocks(network.blocks(), pass::write);
    Set<Integer> shown = new HashSet<>();
    for (Place place : pass.tensors().values()) {
      shown.add(place.buffer().id());
    }
    this.names = new UnitNames(network, pass.self().simpleName(), pass.tensors().keySet());
    this.wiring = new Wiring(network, shown, blocks::code, names);
  }

  /** The source of the pass. */
  static JavaFile write(Pass pass) {
    return new PassWriter(pass).file();
  }

  private JavaFile file() {
    define(network.children());
    JavaFile.Builder file =
        JavaFile.builder(pass.self().packageName(), top()).skipJavaLangImports(true);
    for (String member : used) {
      int dot = member.indexOf('.');
      file.addStaticImport(
          RuntimeTypes.engine(member.substring(0, dot)), member.substring(dot + 1));
    }
    return file.build();
  }

  private void define(List<Unit> units) {
    for (Unit unit : units) {
      if (!unit.isBlock()) {
        types.add(group(unit));
        define(unit.children());
      } else if (blocks.isFirst(unit)) {
        types.add(block(unit));
      }
    }
  }

  private TypeSpec block(Unit unit) {
    boolean shared = blocks.isShared(unit);
    BlockCode code = blocks.printed(unit);
    used.addAll(code.used());
    var type = nested(names.type(unit)).addJavadoc(blockDocumentation(unit));
    for (String layer : code.layers()) {
      type.addField(pass.layerType(), layer, Modifier.PRIVATE, Modifier.FINAL);
    }
    for (String name : code.exports().values()) {
      type.addField(RuntimeTypes.TENSOR, name, Modifier.FINAL);
    }
    var constructor = MethodSpec.constructorBuilder().addParameter(pass.binder(), "bind");
    if (shared) {
      constructor.addParameter(String.class, "path");
    }
    for (String name : code.imports().values()) {
      constructor.addParameter(RuntimeTypes.TENSOR, name);
    }
    type.addMethod(constructor.addCode(lines(code.constructor())).build());
    for (String method : pass.methods()) {
      type.addMethod(
          MethodSpec.methodBuilder(method)
              .addCode(lines(code.methods().getOrDefault(method, List.of())))
              .build());
    }
    return type.build();
  }

  private TypeSpec group(Unit unit) {
    var type =
        nested(names.type(unit))
            .addJavadoc(
                "$L. $L.",
                Pass.heading(unit.path(), unit),
                pass.inputOf(unit) + " -> " + pass.outputOf(unit));
    List<String> constructor = children(unit, type, wiring.imports(unit));
    for (Map.Entry<Integer, String> export : wiring.exports(unit).entrySet()) {
      type.addField(RuntimeTypes.TENSOR, export.getValue(), Modifier.FINAL);
      constructor.add(export.getValue() + " = " + wiring.made(unit, export.getKey()) + ";");
    }
    var builder = MethodSpec.constructorBuilder().addParameter(pass.binder(), "bind");
    for (String name : wiring.imports(unit).values()) {
      builder.addParameter(RuntimeTypes.TENSOR, name);
    }
    type.addMethod(builder.addCode(lines(constructor)).build());
    for (String method : pass.methods()) {
      type.addMethod(MethodSpec.methodBuilder(method).addCode(lines(calls(unit, method))).build());
    }
    return type.build();
  }

  private static TypeSpec.Builder nested(String name) {
    return TypeSpec.classBuilder(name)
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL);
  }

  /** Declares a field for each child and returns the lines that construct them. */
  private List<String> children(Unit unit, TypeSpec.Builder type, Map<Integer, String> known) {
    List<String> lines = new ArrayList<>();
    Map<Integer, String> tensors = new HashMap<>(known);
    for (Unit child : unit.children()) {
      String field = names.field(child);
      ClassName childType = pass.self().nestedClass(typeOf(child));
      type.addField(FieldSpec.builder(childType, field, Modifier.PRIVATE, Modifier.FINAL).build());
      List<String> args = new ArrayList<>(List.of("bind"));
      if (child.isBlock() && blocks.isShared(child)) {
        args.add(Text.quoted(child.prefix().substring(0, child.prefix().length() - 1)));
      }
      for (int buffer : wiring.imports(child).keySet()) {
        args.add(tensors.get(buffer));
      }
      lines.add(Text.call(field + " = new " + typeOf(child), args, Text.NESTED));
      for (Map.Entry<Integer, String> export : wiring.exports(child).entrySet()) {
        tensors.put(export.getKey(), field + "." + export.getValue());
      }
    }
    return lines;
  }

  private List<String> calls(Unit unit, String method) {
    List<String> calls = new ArrayList<>();
    List<List<String>> comments = new ArrayList<>();
    for (Unit child : unit.children()) {
      calls.add(names.field(child) + "." + method + "();");
      Shape shape = pass.runsReversed(method) ? pass.inputOf(child) : pass.outputOf(child);
      comments.add(List.of(shape.toString(), child.title()));
    }
    if (pass.runsReversed(method)) {
      Collections.reverse(calls);
      Collections.reverse(comments);
    }
    return Text.commented(calls, Text.columns(comments));
  }

  private TypeSpec top() {
    var type =
        pass.names()
            .startClass(pass.self())
            .addJavadoc(pass.documentation())
            .addModifiers(Modifier.FINAL)
            .addSuperinterface(pass.passInterface());
    Map<String, Place> shown = pass.tensors();
    for (String name : shown.keySet()) {
      type.addField(RuntimeTypes.TENSOR, name, Modifier.PRIVATE, Modifier.FINAL);
    }
    List<String> lines = new ArrayList<>();
    lines.add(Text.call("bind.slots", pass.slots().stream().map(Text::literal).toList(), Text.TOP));
    lines.addAll(children(network, type, Map.of()));
    for (Map.Entry<String, Place> each : shown.entrySet()) {
      lines.add(each.getKey() + " = " + shown(each.getValue()));
    }
    type.addMethod(
        MethodSpec.constructorBuilder()
            .addJavadoc("Binds every layer.\n")
            .addParameter(pass.binder(), "bind")
            .addCode(lines(lines))
            .build());
    type.addMethods(pass.accessors());
    for (String method : pass.methods()) {
      type.addMethod(
          override(method, TypeName.VOID).addCode(lines(calls(network, method))).build());
    }
    return type.addTypes(types).build();
  }

  private String shown(Place place) {
    if (place.buffer().kept()) {
      return wiring.made(network, place.buffer().id()) + BlockTensors.slice(place) + ";";
    }
    String allocation = BlockTensors.allocation(place.buffer());
    return allocation.substring(0, allocation.length() - 1) + BlockTensors.slice(place) + ";";
  }

  static MethodSpec.Builder override(String name, TypeName result) {
    return MethodSpec.methodBuilder(name)
        .addAnnotation(Override.class)
        .addModifiers(Modifier.PUBLIC)
        .returns(result);
  }

  private CodeBlock blockDocumentation(Unit unit) {
    List<Unit> same = blocks.alike(unit);
    String which = unit.path();
    if (same.size() == 2) {
      which += " and " + same.get(1).path();
    } else if (same.size() > 2) {
      which += ", " + same.get(1).path() + " and " + Text.count(same.size() - 2) + " more like it";
    }
    return CodeBlock.of(
        "$L. $L.", Pass.heading(which, unit), pass.inputOf(unit) + " -> " + pass.outputOf(unit));
  }

  private static CodeBlock lines(List<String> lines) {
    return CodeBlock.of("$L", String.join("\n", lines) + "\n");
  }

  /** The class that serves the unit: for blocks alike, the first one's. */
  private String typeOf(Unit unit) {
    return names.type(unit.isBlock() ? blocks.alike(unit).get(0) : unit);
  }
}
