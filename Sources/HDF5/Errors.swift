import Base

func damaged(_ text: String) -> ElmanError {
  ElmanError(.invalidArgument, "The HDF5 file is damaged: \(text).")
}

func unsupported(_ text: String) -> ElmanError {
  ElmanError(.unsupported, "The HDF5 file has \(text), which elman does not read.")
}
