#!/usr/bin/env bash
# The proof on a GPU.
#
#   check.sh pack FOLDER     on a machine with a JDK and Maven: everything that the proof needs, in two files of at most 60 MB
#   FOLDER/check.sh right    on a machine with a GPU, which needs neither Java nor a network: every operation and some whole
#                            networks, in float, TF32 and bfloat16, against what ND4J's engine computed
#   FOLDER/check.sh steps    the same of whole training steps, and a training that is taken up again; needs nd4j.tar.xz too
#   FOLDER/check.sh times [PART...]   how long it takes, beside PyTorch where that is installed; parts: inference training
#                            start tuned profile sanitizer torch compiled, and with nd4j.tar.xz step epoch gains; gains is what
#                            has not been timed yet, beside PyTorch's steps, in at most 5 minutes
#
# Every part stands by itself: what fails or takes too long leaves the others alone. The lines with >> make the table.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

pack() {
  set -e
  local to=$1
  mkdir -p "$to"
  build=$(mktemp -d)
  trap 'rm -rf "$build"' EXIT
  (cd "$here/../.." && mvn -ntp -q -pl runtime/cuda -am -DskipTests package dependency:copy-dependencies \
    -DincludeScope=test -DoutputDirectory="$build/jars" -Dmdep.useBaseVersion=true)
  cp "$here"/target/blockwork-cuda-*.jar "$build/jars/"
  (cd "$here/target/test-classes" && jar cf "$build/jars/blockwork-cuda-check.jar" .)
  java -cp "$build/jars/*" -Dorg.slf4j.simpleLogger.defaultLogLevel=error io.blockwork.cuda.Check figures "$to/figures.gz" "$to/steps.gz"
  jlink --add-modules java.base,java.desktop,java.logging,java.management,java.naming,java.sql,java.xml,jdk.unsupported \
    --strip-debug --no-header-files --no-man-pages --output "$build/jre"
  # ND4J's native library, which only whole steps need, is the half of it. Its symbols are of no use.
  mkdir "$build/natives"
  (cd "$build/natives" && for jar in "$build"/jars/{nd4j-native-*-linux,openblas-*-linux}*.jar; do jar xf "$jar"; done)
  find "$build/natives" \( -name '*.h' -o -name '*_full.so' \) -delete
  find "$build/natives" -name '*.so*' -exec strip --strip-unneeded {} +
  rm -f "$build"/jars/{nd4j-native-*-linux*,dnnl-*-linux*,openblas-*-linux*,opencl-*-linux*,junit-*,*-javadoc,*-sources}.jar
  # xz makes less of what is not compressed yet.
  for jar in "$build"/jars/*.jar; do
    (mkdir "$build/open" && cd "$build/open" && jar xf "$jar" && jar -c -f "$jar" -0 -M . && rm -r "$build/open")
  done
  (cd "$build/natives" && jar -c -f "$build/nd4j.jar" -0 -M org)
  (cd "$build" && tar c jre jars | xz -3 -T0 >"$to/java.tar.xz")
  (cd "$build" && tar c nd4j.jar | xz --x86 --lzma2=preset=5,dict=64MiB >"$to/nd4j.tar.xz")
  cp "$here/check.sh" "$here/src/check/torch_times.py" "$to/"
  ls -l "$to"
}

say() { echo "[${SECONDS}s] $*"; }
work=${CHECK_FOLDER:-/tmp/blockwork-check}
table=$work/table.txt

# extracted FILE: into the folder for work
extracted() {
  tar -C "$work" -xJf "$here/$1" 2>/dev/null || python3 -c "import tarfile; tarfile.open('$here/$1', 'r:xz').extractall('$work')"
}

unpack() {
  mkdir -p "$work"
  [ -x "$work/jre/bin/java" ] || extracted java.tar.xz
  [ -f "$work/nd4j.jar" ] || [ ! -f "$here/nd4j.tar.xz" ] || extracted nd4j.tar.xz
  : >"$table"
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>&1 | head -1
}

# guarded SECONDS COMMAND...
guarded() {
  local limit=$1
  shift
  timeout -k 3 "$limit" "$@" 2>&1 | tee "$work/part.txt"
  local status=${PIPESTATUS[0]}
  [ "$status" -eq 0 ] || say "!! exit $status$([ "$status" -ge 124 ] && echo ' (took too long)'): ${*: -4}"
  grep '^>>' "$work/part.txt" >>"$table" || true
}

java_check() {
  local limit=$1
  shift
  guarded "$limit" "$work/jre/bin/java" ${JAVA_OPTIONS:-} -XX:-CreateCoredumpOnCrash -XX:ErrorFile="$work/hs_err.log" \
    -Dorg.slf4j.simpleLogger.defaultLogLevel="${LOG_LEVEL:-warn}" -cp "$work/jars/*:$work/nd4j.jar" io.blockwork.cuda.Check "$@"
}

times() {
  local parts=${*:-inference training start sanitizer torch}
  for part in $parts; do
    say "---- $part"
    case $part in
      inference) for batch in 1 32 256; do java_check 40 inference resnet50 $batch; java_check 40 inference densenet121 $batch; done ;;
      training) java_check 60 training resnet50 256 BFLOAT16; java_check 40 training resnet20 128 BFLOAT16; java_check 40 training resnet20 128 FLOAT ;;
      start) java_check 30 start ;;
      step) for plans in "" "$work/plans.txt"; do
        java_check 60 step resnet20 128 $plans; java_check 90 step resnet50 256 $plans; done ;;
      epoch) java_check 60 epoch ;;
      gains) java_check 60 profile resnet50 256; java_check 90 step resnet50 256; java_check 60 step resnet20 128; java_check 20 averages
        guarded 50 python3 "$here/torch_times.py" 45 t256 c128 ;;
      tuned) for batch in 1 256 1; do java_check 60 tuned resnet50 $batch "$work/plans.txt"; done ;;
      profile) java_check 60 profile resnet50 256 ;;
      sanitizer) command -v compute-sanitizer >/dev/null && guarded 90 compute-sanitizer --target-processes all --error-exitcode 9 "$work/jre/bin/java" \
        -cp "$work/jars/*" io.blockwork.cuda.Check training resnet20 8 BFLOAT16 ;;
      torch) guarded 120 python3 "$here/torch_times.py" 100 i1 i32 i256 d1 d32 d256 c128 t256 ;;
      compiled) guarded 150 python3 "$here/torch_times.py" 120 ci1 ci32 ci256 ;;
      *) say "there is no part $part" ;;
    esac
  done
}

case ${1:-} in
  pack) pack "${2:?a folder}" ;;
  right) unpack; java_check 150 right "$here/figures.gz"; say "---- table"; cat "$table" ;;
  steps) unpack; java_check 120 steps "$here/steps.gz"; say "---- table"; cat "$table" ;;
  times) shift; unpack; times "$@"; say "---- table"; cat "$table" ;;
  *) sed -n '2,12p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac
