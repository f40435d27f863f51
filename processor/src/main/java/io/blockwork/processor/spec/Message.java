package io.blockwork.processor.spec;

import java.util.Locale;
import java.util.Optional;

/**
 * Every message of the processor, each with the stable code that it starts with. A message has four
 * parts: what is wrong; where (the annotation as it was written, and the shapes up to the layer at
 * fault), which is filled in when it is reported; why; and how to fix it. The templates share their
 * arguments, so each part may use any of them.
 */
public enum Message {
  /** The annotated element is not an interface. Name, kind, supertype. */
  NOT_AN_INTERFACE(
      "BW001",
      "%1$s is %2$s, but only an interface can become a network",
      "the generated class %1$sNetwork implements the annotated type",
      "write: interface %1$s extends %3$s"),
  /** The interface has type parameters. Name. */
  GENERIC(
      "BW002",
      "%1$s has type parameters, which a network's interface cannot have",
      "the generated class would not know which type arguments to implement it with",
      "remove the type parameters: interface %1$s"),
  /** The interface is sealed. Name. */
  SEALED(
      "BW003",
      "%1$s is sealed, but the generated class must be able to implement it",
      "only the classes that a sealed interface permits can implement it",
      "remove sealed (and permits) from %1$s"),
  /** The interface, or a type around it, is private. Name, the private type. */
  PRIVATE(
      "BW004",
      "%1$s is not visible in its package, because %2$s is private",
      "the generated class is in a separate file of the same package",
      "remove private from %2$s"),
  /** The interface does not extend the supertype that its annotation requires. Name, supertype. */
  SUPERTYPE(
      "BW005",
      "%1$s does not extend %2$s",
      "callers use the network through the methods of %2$s",
      "write: interface %1$s extends %2$s"),
  /** A bare block extends {@code ImageClassifier}. Name, annotation. */
  BLOCK_CLASSIFIES(
      "BW006",
      "%1$s extends ImageClassifier, but @%2$s has no classes",
      "a block on its own outputs a feature map, not one score per class",
      "write: interface %1$s extends Network"),
  /** An abstract method that no generator can implement. Method, owner. */
  METHOD(
      "BW007",
      "%1$s of %2$s is abstract, but the generated class does not implement it",
      "only the methods of Network and ImageClassifier and those with @Output are generated",
      "annotate it with @Output, make it a default method, or move it to another interface"),
  /** Two architecture annotations on one interface. Name, the annotations. */
  TWO_ARCHITECTURES(
      "BW008",
      "%1$s has more than one architecture annotation: %2$s",
      "one interface becomes one network",
      "keep one of them, and declare a separate interface for each of the others"),
  /** A class of the generated name exists. Name, existing class. */
  NAME_CLASH(
      "BW009",
      "%2$s already exists, but would be generated for %1$s",
      "the classes generated for an interface X are called XNetwork, XForward and XBackward",
      "rename %1$s or %2$s"),
  /** Two interfaces have the same generated names. Name, class, other interface. */
  SAME_NAME(
      "BW010",
      "%1$s and %3$s would both become %2$s",
      "the classes generated for a nested interface A.B are named after A_B",
      "rename one of the two"),
  /** A method for feature outputs that cannot be implemented. Method, fault. */
  OUTPUT_METHOD(
      "BW011",
      "%1$s cannot return feature outputs: %2$s",
      "the generated method takes images like forward, and returns the outputs of the modules that"
          + " @Output names",
      "write: @Output(%3$s) INDArray %1$s(INDArray images); or return a record whose"
          + " components have @Output"),
  /**
   * A module that the network does not have. Network, module, one that it has, what follows of
   * them, several.
   */
  OUTPUT_MODULE(
      "BW012",
      "%1$s has no module \"%2$s\"",
      "modules have torchvision's names; %4$s %5$s",
      "write: @Output(\"%3$s\")"),
  /** {@code @Output} on an element where it can have no effect. Kind of element, its name. */
  OUTPUT_PLACE(
      "BW013",
      "@Output on %1$s %2$s has no effect",
      "it applies to abstract methods of an annotated interface and to the components of the"
          + " records that they return",
      "move it to a method of an annotated interface, or remove it"),
  /** A default method with the signature of a method of the generated class. Method, owner. */
  METHOD_CLASH(
      "BW014",
      "%1$s of %2$s clashes with a method of the generated class",
      "a class cannot have two methods with the same name and parameters, and its own would replace"
          + " the one of the interface",
      "rename the method, or make it static"),

  /** {@code blocks} is empty. */
  NO_STAGES(
      "BW101",
      "blocks is empty",
      "a network has at least one stage",
      "give the number of blocks in each stage, as in {%1$s}"),
  /** Too many stages. Number, most. */
  TOO_MANY_STAGES(
      "BW102",
      "blocks has %1$d stages, but at most %2$d are allowed",
      "each stage halves the image",
      "use at most %2$d stages; the papers use 3 or 4"),
  /** A stage without blocks. Stage from 1, entry. */
  EMPTY_STAGE(
      "BW103",
      "stage %1$d has %2$d blocks, but needs at least 1",
      "a stage without blocks has no output",
      "use at least 1, or remove the stage"),
  /** More blocks than can be compiled. Sum, most. */
  TOO_MANY_BLOCKS(
      "BW104",
      "the network has %1$d blocks, but at most %2$d are allowed",
      "every block is written out as code, all of which javac has to compile",
      "use at most %2$d blocks in total; ResNet-1202 has 600"),
  /** Channels of the input. Member, value, least, most. */
  CHANNELS_RANGE(
      "BW110",
      "%1$s is %2$d, but must be from %3$d to %4$d",
      "it is the number of channels of one image or feature map: 3 for RGB, 1 for greyscale",
      "use %5$d, the nearest allowed value"),
  /** Height or width of the input. Member, value, least, most. */
  SIZE_RANGE(
      "BW111",
      "%1$s is %2$d, but must be from %3$d to %4$d",
      "it is the size of the images in pixels",
      "use %5$d, the nearest allowed value; 224 for ImageNet, 32 for CIFAR"),
  /** A further size of the images that is not a further one. Height, what it is. */
  SIZE_TWICE(
      "BW170",
      "sizes has %1$d, which is %2$s",
      "each size of images is compiled once",
      "leave it out"),
  /** A further size without a whole width. Height, the input's height and width, step. */
  SIZE_PROPORTION(
      "BW171",
      "sizes has %1$d, but an image of that height would not be a whole number of pixels wide",
      "the images of all sizes have the proportion of the input, which is %2$dx%3$d",
      "use a multiple of %4$d"),
  /**
   * A layer that only some sizes of the images have. Layer, size that has it, other one, height.
   */
  SIZE_LAYERS(
      "BW172",
      "%1$s is there for images of %2$s, but not for those of %3$s, which is one of sizes",
      "all sizes share one set of weights, and so must have the same layers",
      "make the condition that it depends on independent of the size, or leave %4$d out of sizes"),
  /**
   * A parameter that depends on the size of the images. Name, shape and the input's size, shape and
   * the other size, its height.
   */
  SIZE_WEIGHTS(
      "BW173",
      "%1$s is %2$s for images of %3$s, but %4$s for those of %5$s, one of sizes",
      "all sizes share one set of weights, and so the shapes of these cannot depend on the images",
      "pool to a fixed size before that layer (@GlobalAvgPool or @AdaptiveAvgPool), or leave %6$d"
          + " out of sizes"),
  /** Channels within the network. Member, value, least, most. */
  WIDTH_RANGE(
      "BW112",
      "%1$s is %2$d, but must be from %3$d to %4$d",
      "it is a number of channels inside the network",
      "use %5$d, the nearest allowed value; the papers use 16 to 128"),
  /** Classes. Member, value, least, most. */
  CLASSES_RANGE(
      "BW113",
      "%1$s is %2$d, but must be from %3$d to %4$d",
      "the classifier outputs one score per class",
      "write the number of your classes; 1000 for ImageNet"),
  /** Growth. Member, value, least, most. */
  GROWTH_RANGE(
      "BW114",
      "%1$s is %2$d, but must be from %3$d to %4$d",
      "it is the number of channels that each dense layer adds",
      "use %5$d, the nearest allowed value; the paper uses 12 to 48"),
  /** The width of a dense layer's 1x1 convolution. Member, value, least, most. */
  BN_SIZE_RANGE(
      "BW115",
      "%1$s is %2$d, but must be from %3$d to %4$d",
      "a dense layer's 1x1 convolution outputs bnSize * growth channels; 0 omits the convolution",
      "use %5$d, the nearest allowed value; the paper uses 4"),
  /** Layers of a bare dense block. Member, value, least, most. */
  LAYERS_RANGE(
      "BW116",
      "%1$s is %2$d, but must be from %3$d to %4$d",
      "it is the number of dense layers in the block",
      "use %5$d, the nearest allowed value"),
  /** Stride of a bare block. Member, value, least, most. */
  STRIDE_RANGE(
      "BW117",
      "%1$s is %2$d, but must be from %3$d to %4$d",
      "the block keeps every stride-th row and column",
      "use %5$d, the nearest allowed value; the papers use 1 and 2"),
  /** Groups. Member, value, least, most. */
  GROUPS_RANGE(
      "BW118",
      "%1$s is %2$d, but must be from %3$d to %4$d",
      "the 3x3 convolutions are split into this many groups; 1 is an ordinary convolution",
      "use %5$d, the nearest allowed value; ResNeXt uses 32"),
  /** Width of a group. Member, value, least, most. */
  WIDTH_PER_GROUP_RANGE(
      "BW119",
      "%1$s is %2$d, but must be from %3$d to %4$d",
      "each group of a 3x3 convolution has planes * widthPerGroup / 64 channels",
      "use %5$d, the nearest allowed value; a plain ResNet uses 64, ResNeXt-50 uses 4"),
  /** Squeeze ratio. Member, value, least, most. */
  SQUEEZE_RANGE(
      "BW120",
      "%1$s is %2$d, but must be from %3$d to %4$d",
      "it is the factor by which squeeze-and-excitation reduces the channels; 0 turns it off",
      "use %5$d, the nearest allowed value; the paper uses 16"),
  /** Dropout. Value. */
  DROPOUT(
      "BW121",
      "dropout is %1$s, but must be at least 0 and below 1",
      "it is the fraction of each dense layer's output that is dropped in training",
      "use 0 for no dropout; the paper uses 0.2"),
  /** Compression. Value. */
  COMPRESSION(
      "BW122",
      "compression is %1$s, but must be above 0 and at most 1",
      "it is the fraction of the channels that a transition keeps",
      "use 1 to keep them all; the paper uses 0.5"),
  /** Dilation. Value, stages. */
  DILATION(
      "BW123",
      "dilateFrom is %1$d, but must be 0 or a stage from 2 to %2$d",
      "it is the first stage whose stride is replaced by dilation, and stage 1 has no stride",
      "use 0 for no dilation, or %2$d to dilate the last stage only"),
  /** Dilation with one stage. Value. */
  NO_STAGE_TO_DILATE(
      "BW124",
      "dilateFrom is %1$d, but the network has no stage to dilate",
      "dilation replaces a stage's stride, and stage 1 has none",
      "use dilateFrom = 0, or more than one stage"),

  /** The two numbers of channels of a bare block. Input's, block's. */
  CHANNELS_DIFFER(
      "BW130",
      "the input has %1$d channels, but the block expects %2$d",
      "the block reads the input directly",
      "write channels = %2$d in @Input, or channels = %1$d in the block"),
  /** Channels that no bottleneck can output. Channels, lower and higher multiple of 4. */
  NO_PLANES(
      "BW131",
      "a bottleneck block cannot output %1$d channels",
      "it outputs 4 times its planes, so that channels must be a multiple of 4 unless planes is"
          + " set",
      "use %2$d channels, or set planes"),
  /** Groups of basic blocks. Groups. */
  BASIC_GROUPS(
      "BW132",
      "groups is %1$d, but basic blocks have no grouped convolution",
      "only the 3x3 convolution of a bottleneck is grouped (Xie et al. 2016, section 3)",
      "set bottleneck = true, or groups = 1"),
  /** Inner width of basic blocks. Width. */
  BASIC_WIDTH_PER_GROUP(
      "BW133",
      "widthPerGroup is %1$d, but basic blocks have no inner width",
      "only the 3x3 convolution of a bottleneck has a width of its own",
      "set bottleneck = true, or remove widthPerGroup and use width"),
  /**
   * A group width that is not a whole number. Planes, width per group, channels, a width that
   * works.
   */
  GROUP_WIDTH(
      "BW134",
      "the groups of %5$s would have %3$s channels each",
      "a group has planes * widthPerGroup / 64 channels: %1$d * %2$d / 64",
      "use widthPerGroup = %4$d, or another multiple of it"),
  /** Inner channels that vanish. Planes, width per group, least width per group. */
  NO_INNER_CHANNELS(
      "BW135",
      "%4$s would have no channels",
      "it has planes * widthPerGroup / 64 channels, rounded down: %1$d * %2$d / 64",
      "use widthPerGroup = %3$d or more"),
  /** Zero initialisation where a block does not end in a batch norm. */
  ZERO_INIT(
      "BW136",
      "zeroInitResidual is set, but a pre-activation block does not end in a batch norm",
      "blocks of version V2 end in a convolution",
      "remove zeroInitResidual, or use ResNetVersion.V1_5"),
  /** A squeeze that leaves no channel. Ratio, channels. */
  SQUEEZE(
      "BW137",
      "squeezeExcitation is %1$d, but %3$s has only %2$d channels",
      "the number of channels is divided by it, which would leave none",
      "use at most %2$d; the paper uses 16"),
  /** Stochastic depth. Value. */
  STOCHASTIC_DEPTH(
      "BW143",
      "stochasticDepth is %1$s, but must be at least 0 and below 1",
      "it is the probability that the last block's branch is dropped in training",
      "use 0 for none; 0.1 to 0.5 are usual"),
  /** A padded shortcut that would have to remove channels. Channels in, channels out. */
  PAD(
      "BW138",
      "Shortcut.PAD cannot reduce %1$d channels to %2$d",
      "it appends channels of zeros, and cannot remove any",
      "use Shortcut.PROJECTION, or planes = %3$d or more"),
  /** Too many channels at the end of a residual network. Channels, most, value, stage. */
  WIDTH_OVERFLOW(
      "BW139",
      "%4$s would have %1$d channels, but at most %2$d are allowed",
      "the number of channels doubles from stage to stage",
      "use %5$s = %3$d or less, or fewer stages"),
  /** Too many inner channels. Channels, most, largest value. */
  INNER_OVERFLOW(
      "BW140",
      "%4$s would have %1$d channels, but at most %2$d are allowed",
      "a 3x3 convolution has planes * widthPerGroup / 64 * groups channels",
      "use %5$s = %3$d or less"),
  /** Too many channels at the end of a dense block. Channels, most, largest growth, block. */
  GROWTH_OVERFLOW(
      "BW141",
      "%4$s would output %1$d channels, but at most %2$d are allowed",
      "every dense layer adds growth channels",
      "use growth = %3$d or less, or fewer layers"),
  /** Too many channels of a dense layer's 1x1 convolution. Channels, most, largest bnSize. */
  BOTTLENECK_OVERFLOW(
      "BW142",
      "conv1 of each dense layer would have %1$d channels, but at most %2$d are allowed",
      "a dense layer's 1x1 convolution outputs bnSize * growth channels",
      "use bnSize = %3$d or less"),

  /** A layer whose output would vanish. Layer, operation, map, smallest input. */
  VANISHES(
      "BW150",
      "%1$s: %2$s cannot run on a %3$s map",
      "every stage but the first halves the map, and nothing is left to halve",
      "use an input of at least %4$s (the smallest input for this network)%5$s"),
  /** An activation larger than a buffer. Layer, shape, values, most, largest input. */
  ACTIVATION_TOO_LARGE(
      "BW151",
      "%1$s: an output of %2$s has %3$s values, but a buffer holds at most %4$s",
      "the values of one image must fit into one buffer, which is indexed by a 32-bit number",
      "use an input of at most %5$s (the largest input for this network)"),
  /** More parameters than a buffer holds. Parameters, most, largest layer, fix. */
  TOO_MANY_PARAMETERS(
      "BW152",
      "the network has %1$s parameters, but a buffer holds at most %2$s",
      "all parameters are kept in one buffer; the largest layer, %3$s, has %4$s of them",
      "%5$s"),

  /** No published weights of that name. Name, nearest, all. */
  UNKNOWN_WEIGHTS(
      "BW153",
      "there are no published weights called %1$s",
      "weights names those of TorchvisionWeights, or of a @Published on the network: %3$s",
      "write weights = \"%2$s\""),
  /**
   * Published weights that do not fit. Weights, parameter, the network's shape, theirs,
   * architecture.
   */
  WEIGHTS_DIFFER(
      "BW154",
      "%2$s is %3$s, but %4$s in the weights %1$s",
      "they were trained for torchvision's %5$s, and every parameter before the classifier must"
          + " match",
      "declare the network like torchvision's %5$s, or remove weights"),
  /**
   * Weights that fit, but were trained on blocks that compute something else. Weights, value,
   * theirs.
   */
  WEIGHTS_VERSION(
      "BW155",
      "%2$s has the same parameters as %1$s, but those weights were trained with %3$s",
      "the stride is in another convolution, so the weights would load but give wrong results",
      "use %3$s, or remove weights"),

  /** A weight of more bytes than can be addressed. Layer, values, most, fix. */
  WEIGHT_TOO_LARGE(
      "BW156",
      "the weight of %1$s has %2$s values, but one weight holds at most %3$s",
      "a weight must take less than 2 GiB, and each value takes 4 bytes",
      "%4$s"),

  /** A generated file that cannot be written. File, reason. */
  CANNOT_WRITE(
      "BW160",
      "cannot write %1$s: %2$s",
      "the compiler reads the generated code from this file",
      "check the permissions of the output directory and the free disk space"),
  /** Libraries of the processor that are not where it is. Their coordinates. */
  PROCESSOR_PATH(
      "BW167",
      "the processor path has Blockwork's processor, but not the libraries that it needs: %1$s",
      "no network can be generated without them",
      "let the build tool find them: name io.blockwork:blockwork-processor in annotationProcessorPaths"
          + " (Maven) or as annotationProcessor (Gradle); with javac's -processorpath, name the jars"
          + " of all of them"),
  /** A misspelt option. Option, nearest. */
  UNKNOWN_OPTION(
      "BW161",
      Severity.WARNING,
      "the option -A%1$s is unknown",
      "the options are %3$s",
      "write -A%2$s"),
  /** An option's value. Option, value. */
  OPTION_VALUE(
      "BW162",
      Severity.WARNING,
      "the option -A%1$s is %2$s, but must be true or false",
      "the option is either on or off",
      "write -A%1$s=true or -A%1$s=false"),
  /** An output without, or with two ways to say which. */
  OUTPUT_VALUE(
      "BW164",
      "@Output needs either a name or a node",
      "one of them says whose output is wanted",
      "write @Output(\"layer3\"), or @Output(node = Birds.layer3.class)"),
  /** A node that the network does not have. Network, node, nearest, all. */
  OUTPUT_NODE(
      "BW165",
      "%1$s has no node %2$s",
      "its nodes are those nested in it, or in the block beside @Model: %4$s",
      "write @Output(node = %3$s)"),
  /** A node of a network that has none. Network, nearest module. */
  OUTPUT_NO_NODES(
      "BW166",
      "%1$s is not composed of nodes",
      "only a network with @Model has nodes; the others' modules have names",
      "write @Output(\"%2$s\")"),
  /** A bug in the processor. Name, exception. */
  INTERNAL(
      "BW163",
      "the processor failed on %1$s: %2$s",
      "this is a bug in Blockwork, not in your network",
      "report it, together with the annotated interface"),

  /** A sign that no expression has. Text, column, sign. */
  EXPRESSION_SIGN(
      "BW301",
      "column %2$d of \"%1$s\": %3$s has no meaning",
      "expressions have names, numbers, and the operators of Java's arithmetic",
      "remove it; the Javadoc of @With describes the grammar"),
  /** A text that is not an expression. Text, column, expected, got. */
  EXPRESSION_SYNTAX(
      "BW302",
      "column %2$d of \"%1$s\": expected %3$s, got %4$s",
      "the Javadoc of @With describes the grammar",
      "write it as in @With(\"out = 4 * planes, stride = index == 0 ? 2 : 1\")"),
  /** Nesting without end. Text, column, most. */
  EXPRESSION_DEPTH(
      "BW303",
      "column %2$d of \"%1$s\": more than %3$d parentheses or signs within each other",
      "the compiler works through them one within the other",
      "write the expression with fewer of them"),
  /** No such function. Text, column, name. */
  EXPRESSION_FUNCTION(
      "BW304",
      "column %2$d of \"%1$s\": there is no function %3$s",
      "the functions are min, max, floor, ceil and round",
      "use one of them, or write %3$s without parentheses"),
  /** Too many numbers for a function of one. Text, column, name, number. */
  EXPRESSION_ARGUMENTS(
      "BW305",
      "column %2$d of \"%1$s\": %3$s has %4$d arguments, but takes one",
      "it makes a whole number of one decimal",
      "write %3$s(...) with one number"),
  /** No such name. Text, column, name, remedy, all. */
  EXPRESSION_NAME(
      "BW306", "column %2$d of \"%1$s\": there is no %3$s here", "the names are %5$s", "%4$s"),
  /** An operand of the wrong type. Text, column, operand, wanted, got. */
  EXPRESSION_TYPE(
      "BW307",
      "column %2$d of \"%1$s\": %3$s is %5$s, but %4$s is wanted",
      "types are Java's, and nothing is rounded unasked",
      "give %4$s; floor, ceil and round make whole numbers of decimals"),
  /** Division by zero. Text, column, operator. */
  EXPRESSION_ZERO(
      "BW308",
      "column %2$d of \"%1$s\": the right side of %3$s is zero",
      "nothing can be divided by zero",
      "give another value, or ask for zero before: x == 0 ? ... : ..."),
  /** A number too large. Text, column, what. */
  EXPRESSION_OVERFLOW(
      "BW309",
      "column %2$d of \"%1$s\": %3$s is too large",
      "whole numbers are Java's int, and decimals are finite",
      "use smaller numbers"),
  /** A side that is not there. Text, column, index, sides. */
  EXPRESSION_SIDE(
      "BW310",
      "column %2$d of \"%1$s\": side %3$d of an array of %4$d",
      "sides are counted from 0",
      "give the array that many values, or use a smaller number"),
  /** Arrays that do not go together. Text, column, sides, sides. */
  EXPRESSION_SIDES(
      "BW311",
      "column %2$d of \"%1$s\": %3$d values and %4$d values do not go together",
      "arithmetic works side by side",
      "give both arrays the same number of values, or one of them a single one"),
  /** A member that the annotation does not have. Text, column, member, annotation, remedy, all. */
  WITH_MEMBER("BW312", "column %2$d of \"%1$s\": @%4$s has no member %3$s", "%6$s", "%5$s"),
  /** A member set twice. Member, annotation. */
  WITH_TWICE(
      "BW313",
      "%1$s of @%2$s is set twice",
      "a member has one value, either written in the annotation or computed by @With",
      "remove one of the two"),
  /** Members of a node that has none. Node. */
  WITH_GROUP(
      "BW320",
      "%1$s has @With, but no operation or block whose members it could set",
      "a group's nodes use the parameters of the block around it themselves",
      "move @With to a node of the group, or remove it"),
  /** A required member that is not given. Member, annotation. */
  REQUIRED(
      "BW314",
      "@%2$s needs %1$s",
      "it has no default",
      "write @%2$s(%1$s = ...), or @With(\"%1$s = ...\")"),
  /** A member out of range. Member, annotation, value, range, column. */
  MEMBER_RANGE(
      "BW315",
      "%5$s%1$s of @%2$s is %3$s, but must be %4$s",
      "the Javadoc of @%2$s says what %1$s means",
      "give a value %4$s"),
  /** A wrong number of sides. Member, annotation, sides, possible, column. */
  MEMBER_SIDES(
      "BW316",
      "%5$s%1$s of @%2$s has %3$d values, but takes %4$s",
      "the Javadoc of @%2$s says what each of them means",
      "give %4$s"),
  /** A parameter with a name that expressions use otherwise. Name. */
  RESERVED_NAME(
      "BW317",
      "a block's element cannot be called %1$s",
      "%1$s has a meaning of its own in @With and @If",
      "give it another name"),
  /** A parameter of a type that expressions do not have. Name, type. */
  PARAMETER_TYPE(
      "BW318",
      "the element %1$s is of type %2$s, which no node can use",
      "a block's elements are int, double, boolean, int[], double[], String, enumerations and"
          + " Class",
      "use one of these types"),
  /** A parameter that nobody reads. Name, block. */
  UNUSED_PARAMETER(
      "BW319",
      "no node of %2$s uses the element %1$s",
      "whoever sets it expects it to change something",
      "use it in a node's @With, @If, @Repeat or @Path, or remove it"),

  /** A node without an operation. Node. */
  NO_OPERATION(
      "BW321",
      "%1$s has no operation and holds no nodes",
      "a node computes one operation or block, or is a group of nodes",
      "annotate it with an operation of io.blockwork.ops or with a block, or remove it"),
  /** A node with several operations. Node, the annotations. */
  TWO_OPERATIONS(
      "BW322",
      "%1$s has more than one operation: %2$s",
      "a node computes one thing",
      "keep one of them, and write a node of its own for each of the others"),
  /** A node with both. Node, annotation. */
  OPERATION_AND_NODES(
      "BW323",
      "%1$s has the operation @%2$s and nodes of its own",
      "a node computes its operation, or what its nodes do",
      "remove @%2$s, or move the nodes out of %1$s"),
  /** A network with two bodies. Network, annotation. */
  TWO_BODIES(
      "BW324",
      "%1$s has nodes of its own beside @%2$s",
      "the block is the whole network",
      "remove the nodes, or write @%2$s on one of them"),
  /** A network with several blocks beside it. Network, annotations. */
  TWO_BLOCKS(
      "BW325",
      "%1$s has more than one block: %2$s",
      "the block beside @Model is the whole network",
      "keep one of them, or write them on nodes in %1$s"),
  /** A network of nothing. Name. */
  NO_BODY(
      "BW326",
      "%1$s has no nodes",
      "a network needs an output, which is its last node's",
      "write nodes in it, as @Conv(out = 16) interface conv {}; or a block beside @Model"),
  /** An edge to something that is not a node. Node, name, body, nearest. */
  FROM_UNKNOWN(
      "BW327",
      "%1$s reads %2$s, which is not a node of %3$s",
      "a node reads the nodes of its own body; Input.class is the input of that body",
      "write @From(%4$s.class)"),
  /** An edge to a node further down. Node, other. */
  FROM_LATER(
      "BW328",
      "%1$s reads %2$s, which is written below it",
      "nodes are computed in the order in which they are written",
      "move %2$s above %1$s"),
  /** An edge that closes a circle. Node, other, way. */
  FROM_CIRCLE(
      "BW329",
      "%1$s reads %2$s, which itself depends on %1$s: %3$s",
      "nobody could compute the first of them",
      "let %1$s read a node that is written above it"),
  /** An edge to an auxiliary output. Node, other. */
  FROM_AUXILIARY(
      "BW330",
      "%1$s reads %2$s, which is an auxiliary output",
      "inference leaves auxiliary outputs out",
      "read the node that %2$s reads, or remove @Auxiliary from %2$s"),
  /** A wrong number of inputs. Node, annotation, number, possible. */
  INPUT_COUNT(
      "BW331",
      "%1$s reads %3$s, but @%2$s takes %4$s",
      "every input is named in @From; without it a node reads the one above it",
      "write @From({...}) with %4$s"),
  /** A node whose value is lost. Node, body, output. */
  UNREAD(
      "BW332",
      "nobody reads %1$s",
      "the output of %2$s is its last node, %3$s, and what nothing reads is computed in vain",
      "name it in the @From of a node below it, or remove it"),
  /** A block within itself. Node, block, way. */
  RECURSION(
      "BW333",
      "%1$s makes %2$s contain itself: %3$s",
      "such a network would have no end",
      "remove the node, or use another block"),
  /** Names that differ in the size of letters only. Name, other. */
  CASE_CLASH(
      "BW334",
      "%1$s and %2$s differ only in the case of their letters",
      "they become two class files, which some disks take for one",
      "rename one of them; @Path(\"%1$s\") gives its module any name"),
  /** Two modules of one name. Path, other. */
  PATH_CLASH(
      "BW335",
      "two modules would be called %1$s",
      "the other one is %2$s; parameters are found by their names, and no module can be used twice",
      "rename one of them, or change its @Path"),
  /** A name that no module can have. Path. */
  PATH_NAME(
      "BW336",
      "@Path(\"%1$s\") gives the name \"%2$s\"",
      "a module's name has letters, digits, _ and -, with dots between its parts",
      "write a name such as \"downsample.0\" or \"block{index + 1}\""),
  /** Repetitions. Number, most. */
  REPEAT_RANGE(
      "BW337",
      "%3$sthe node repeats %1$s times, but must do so 1 to %2$d times",
      "@If leaves a node out",
      "use a number from 1 to %2$d"),
  /** Repetitions twice, or not at all. */
  REPEAT_VALUE(
      "BW338",
      "@Repeat needs either a number or times",
      "one of them says how often",
      "write @Repeat(3), or @Repeat(times = \"depth\")"),
  /** All is auxiliary. Node. */
  AUXILIARY_MAIN(
      "BW339",
      "%1$s is auxiliary, but would be the main output",
      "inference needs an output, and leaves auxiliary ones out",
      "remove @Auxiliary from %1$s, or let it read an earlier node by @From"),
  /** A further input in a wrong place. Node, why. */
  INPUT_NODE(
      "BW340",
      "%1$s cannot be an input: %2$s",
      "further inputs of a block are declared before its nodes, and given by whoever uses it",
      "write @Input interface %1$s {} at the top of a block or group"),
  /** A node's annotation somewhere else. Annotation, element. */
  NOT_A_NODE(
      "BW341",
      "@%1$s stands on %2$s, which is not a node",
      "nodes are interfaces nested in a @Model, a @Block or another node",
      "move it to a node, or remove it"),
  /** A block on an interface that is not a network. Annotation, name. */
  NO_MODEL(
      "BW342",
      "%2$s has the block @%1$s, but is neither a node nor a network",
      "a block becomes a network only beside @Model",
      "write @Model above @%1$s"),
  /** A block without companion. Block, companion. */
  NO_COMPANION(
      "BW343",
      "the block %1$s was compiled without Blockwork's processor",
      "class files do not keep the order of nodes; the processor writes it to %2$s",
      "compile %1$s with blockwork-processor on its processor path"),
  /** A block that class files lose. Block. */
  SOURCE_RETENTION(
      "BW344",
      "the block %1$s has SOURCE retention",
      "whoever uses it from class files would not see it",
      "write @Retention(RetentionPolicy.CLASS), or leave @Retention out"),
  /** A block that cannot stand on nodes. Block. */
  BLOCK_TARGET(
      "BW345",
      "the block %1$s cannot stand on interfaces",
      "its @Target leaves out ElementType.TYPE, and nodes are interfaces",
      "write @Target(ElementType.TYPE), or leave @Target out"),
  /** A block without nodes. Block. */
  EMPTY_BLOCK(
      "BW346",
      "the block %1$s has no nodes",
      "its output is its last node's",
      "write nodes in it, as @Relu interface relu {}"),
  /** A weight of an auxiliary loss. Value. */
  AUXILIARY_WEIGHT(
      "BW347",
      "the weight of an auxiliary loss is %1$s, but must be above 0 and finite",
      "its loss, times the weight, is added to the main one's",
      "use 0.3, as GoogLeNet; leave the output out with @If"),
  /** Initial values. Member, value. */
  INIT_RANGE(
      "BW348",
      "%1$s of @Init is %2$s, but must be %3$s",
      "the Javadoc of Initial says what it means",
      "give a value %3$s"),

  /** A value of @Published. Member, value, expected. */
  PUBLISHED_VALUE(
      "BW361",
      "%1$s of @Published is %2$s, but must be %3$s",
      "pretrained() and classify(image) go by it",
      "give %3$s"),
  /** Two publications of one name. Name, type. */
  PUBLISHED_TWICE(
      "BW362",
      "%2$s has two @Published called %1$s",
      "weights finds them by their names",
      "give one of them another name, or remove it"),
  /** Weights of another name. Network, name, nearest, all. */
  UNKNOWN_PUBLISHED(
      "BW363",
      "%1$s has no published weights called %2$s",
      "weights names a @Published of the network or of the block beside @Model: %4$s",
      "write weights = \"%3$s\""),
  /** Weights where there are none. Name, network. */
  NOTHING_PUBLISHED(
      "BW364",
      "there are no published weights called %1$s",
      "weights names a @Published, and neither %2$s nor a block beside @Model has any",
      "remove weights, or write @Published(name = \"%1$s\", url = ..., sha256 = ...) on %2$s"),
  /** Weights that do not fit. Weights, parameter, ours, theirs, block. */
  PUBLISHED_DIFFER(
      "BW365",
      "%2$s is %3$s, but %4$s in the weights %1$s",
      "they were trained for @%5$s as it is by default, and all but its heads must agree",
      "leave the elements of @%5$s that change %2$s at their defaults, or remove weights"),
  /** Weights of a network that cannot be. Weights, why. */
  PUBLISHED_NETWORK(
      "BW366",
      "the network that %1$s was trained for cannot be built: %2$s",
      "it is the block as it is by default, with the elements that with names, for images of input",
      "set with and input of @Published as they were in training"),
  /** Published weights of what is no network. Element. */
  PUBLISHED_PLACE(
      "BW367",
      "@Published stands on %1$s, which is not a network",
      "weights belong to a whole network, which pretrained() creates",
      "move it to a network or a block, or remove it"),
  /** A head of nothing. Path. */
  HEAD_EMPTY(
      "BW368",
      "%1$s is marked @Head, but has no parameters",
      "the head is what fine-tuning trains anew for other classes",
      "mark the convolution or linear layer that tells the classes apart"),

  /** Initial values of what has none. Kind, node, why, fix. */
  INIT_PLACE("BW369", "@Init(Initial.%1$s) cannot start %2$s", "%3$s", "%4$s"),

  /** Shapes that do not go together. Node, operation, shapes, what would fit. */
  SHAPES_DIFFER("BW351", "%1$s: %2$s cannot take %3$s", "%4$s", "%5$s"),
  /** Channels that an operation cannot take. Node, what, why, fix. */
  CHANNELS("BW352", "%1$s: %2$s", "%3$s", "%4$s"),
  /** A window that does not fit. Node, operation, map, fix. */
  NO_ROOM(
      "BW353",
      "%1$s: %2$s cannot run on a %3$s map",
      "its window is larger than the map with its padding",
      "%4$s"),
  /** A result that is not a classifier's. Network, node, shape. */
  NO_CLASSIFIER(
      "BW354",
      "%1$s extends ImageClassifier, but its output %2$s is %3$s",
      "a classifier puts out one score a class, a shape of classes x 1 x 1",
      "end it in @GlobalAvgPool and @Linear, or let %1$s extend Network"),
  /** An ONNX file that is not there. File, what is there instead. */
  ONNX_FILE(
      "BW370",
      "there is no file %1$s",
      "the path is one within src/main/onnx, or the folder that the option -Ablockwork.onnx names:"
          + " %2$s",
      "put the file there, or correct the path"),
  /** An ONNX file that cannot become a network. File, what is wrong. */
  ONNX_MODEL(
      "BW371",
      "%1$s cannot become a network: %2$s",
      "every operation of the file has to be one of Blockwork's, with constant weights, for any"
          + " number of images",
      "export the model in evaluation mode and for inference, or simplify it"),
  /** Nodes or blocks beside a file. Name. */
  ONNX_BODY(
      "BW372",
      "%1$s has nodes or a block beside @Onnx",
      "the file is the whole network",
      "remove the nodes and blocks, or @Onnx"),
  /** A classifier whose file puts out no scores. Name, file, output. */
  ONNX_CLASSIFIER(
      "BW373",
      "%1$s extends ImageClassifier, but the output of %2$s is %3$s",
      "a classifier puts out one score a class, [N, classes]",
      "let %1$s extend Network"),
  /** A file without a network. Name. */
  ONNX_ALONE(
      "BW374",
      "%1$s has @Onnx, but not @Model",
      "@Model makes a network of an interface, and @Onnx says where it is",
      "write @Model above @Onnx"),
  /** An ONNX file that cannot be read. File, what is wrong, how to mend it. */
  ONNX_READ(
      "BW375",
      "%1$s cannot be read: %2$s",
      "a model is one whole ONNX file, with the files that hold its weights beside it",
      "%3$s"),
  /** Too many nodes. Number. */
  TOO_MANY_NODES(
      "BW355",
      "the network has more than %1$d operations",
      "every operation becomes code of its own, and the compiler must get through it",
      "use fewer repetitions"),
  /** A network that computes nothing. Network. */
  NOTHING_LEFT(
      "BW356",
      "%1$s puts out its input",
      "@If leaves out every node on the way",
      "check the conditions of its nodes"),
  /** A value that no buffer holds. Node, shape, values, most. */
  OUTPUT_TOO_LARGE(
      "BW357",
      "%1$s: an output of %2$s has %3$s values, but a buffer holds at most %4$s",
      "the values of one image must fit into one buffer, which is indexed by a 32-bit number",
      "use smaller images, or fewer channels"),
  /** A weight that no buffer holds. Node, values, most. */
  LAYER_TOO_LARGE(
      "BW358",
      "the weight of %1$s has %2$s values, but one weight holds at most %3$s",
      "a weight must take less than 2 GiB, and each value takes 4 bytes",
      "use fewer channels, or a smaller map before a linear layer"),
  /** Weights that no buffer holds. Node, parameters, most. */
  NETWORK_TOO_LARGE(
      "BW359",
      "with %1$s, the network has %2$s parameters, but a buffer holds at most %3$s",
      "all parameters are kept in one buffer, which is indexed by a 32-bit number",
      "use fewer layers or channels"),

  /** A transition's pooling drops a row or column. Layer, map, member, lower and higher size. */
  ODD_SIZE(
      "BW201",
      "odd-size",
      "%1$s: %6$s pooling drops the last %4$s of a %2$s map",
      "the %3$s of the map is not a multiple of the window's",
      "use %3$s = %5$s"),
  /** Groups that multiply the width. Groups, width per group, inner width, plain width. */
  WIDE_GROUPS(
      "BW202",
      "wide-groups",
      "%5$s has %3$d channels, wider than the block's output of %4$d",
      "it has %1$d groups of %2$d channels",
      "use groups of %6$d channels: widthPerGroup, where a family has it (with 32 groups, ResNeXt-50"
          + " uses 4 and ResNeXt-101 8)"),
  /** Batch norm over a single pixel. Layer, smallest input. */
  SINGLE_PIXEL_NORM(
      "BW203",
      "single-pixel-norm",
      "%1$s normalises a 1 x 1 map",
      "in training, mean and variance are then computed over the batch alone, and a single image"
          + " has no variance",
      "use an input of at least %2$s, or train with large batches"),
  /** A small image for a stem that is made for large ones. Height, width, map, its two layers. */
  SMALL_INPUT(
      "BW204",
      "small-input",
      "%4$s and %5$s reduce a %1$d x %2$d input to %3$s",
      "so little is left of a small image before any other layer has seen it",
      "use a stem for small images (stem = Stem.CIFAR, where a family has it), or an input larger"
          + " than 32 x 32"),
  /** An interface with feature outputs that is not a network. Method, interface. */
  STRAY_OUTPUT(
      "BW205",
      "stray-output",
      "@Output on %1$s has no effect, because %2$s is not a network",
      "%2$s has none of @ResNet, @DenseNet, @ResidualBlock and @DenseBlock, and no annotated"
          + " interface in this build extends it",
      "annotate %2$s with one of them, or remove @Output"),
  /** A model that fixes the number of images, and needs it. Interface, file, number. */
  FIXED_BATCH(
      "BW206",
      "fixed-batch",
      "%1$s takes batches of %3$d, and no others",
      "%2$s fixes the number of images at %3$d, and what it computes depends on that",
      "export the model with a dynamic batch axis");

  /** Whether a message stops the build. */
  public enum Severity {
    /** The network cannot be compiled. */
    ERROR,
    /** The network is compiled. */
    WARNING
  }

  private final String code;
  private final Severity severity;
  private final String key;
  private final String what;
  private final String why;
  private final String fix;

  Message(String code, String what, String why, String fix) {
    this(code, Severity.ERROR, "", what, why, fix);
  }

  Message(String code, Severity severity, String what, String why, String fix) {
    this(code, severity, "", what, why, fix);
  }

  Message(String code, String key, String what, String why, String fix) {
    this(code, Severity.WARNING, "blockwork." + key, what, why, fix);
  }

  Message(String code, Severity severity, String key, String what, String why, String fix) {
    this.code = code;
    this.severity = severity;
    this.key = key;
    this.what = what;
    this.why = why;
    this.fix = fix;
  }

  /** The code, as messages show it in brackets; it never changes. */
  public String code() {
    return code;
  }

  /** Whether it stops the build. */
  public Severity severity() {
    return severity;
  }

  /** What {@code @SuppressWarnings} calls it; empty if it cannot be suppressed. */
  public Optional<String> key() {
    return key.isEmpty() ? Optional.empty() : Optional.of(key);
  }

  /** The template of what is wrong. */
  public String what() {
    return what;
  }

  /** The template of why it is wrong. */
  public String why() {
    return why;
  }

  /** The template of how to fix it. */
  public String fix() {
    return fix;
  }

  /** The first line: code and what is wrong. */
  public String headline(Object... args) {
    return "[" + code + "] " + fill(what, args);
  }

  /**
   * The whole message.
   *
   * @param where lines that say where, each with a line break at its end; may be empty
   */
  public String text(String where, Object... args) {
    String suppress = key.isEmpty() ? "" : "; or @SuppressWarnings(\"" + key + "\")";
    return headline(args)
        + "\n"
        + where
        + "  why: "
        + fill(why, args)
        + "\n  fix: "
        + fill(fix, args)
        + suppress;
  }

  private static String fill(String template, Object... args) {
    return String.format(Locale.ROOT, template, args);
  }
}
