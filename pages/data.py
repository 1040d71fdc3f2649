"""Data: the competition's files, from Kaggle to a data set."""

import streamlit as st

from dashboard.components import kaggle_download, kaggle_login, top_bar

context = top_bar.show("Data", needs=None, filters=False)
login, download = st.columns(2, gap="medium")
with login:
    st.subheader("1 · Sign in", anchor=False)
    source = kaggle_login.show()
with download:
    st.subheader("2 · Download and import", anchor=False)
    kaggle_download.show(context.workspace, signed_in=source is not None)
